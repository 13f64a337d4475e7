# SPDX-License-Identifier: Apache-2.0
"""A client that is not ours: Python's grpcio reads a federation's figures with the staff's certificate and token.

Usage: figures_by_grpcio.py ADDRESS DATA_FOLDER PROTO_FOLDER. Makes the messages by protoc; exits 1 on what is wrong.
"""
import subprocess
import sys
import tempfile

ADDRESS, DATA, PROTO = sys.argv[1:4]
MADE = tempfile.TemporaryDirectory()
subprocess.run(["protoc", "-I", PROTO, "-I", "/usr/include", "--python_out=" + MADE.name,
                *(f"{PROTO}/{name}.proto" for name in ("aangan/federation/v1/catalogue", "aangan/federation/v1/roster",
                                                       "aangan/federation/v1/rounds", "aangan/federation/v1/figures",
                                                       "google/type/date"))], check=True)
sys.path.insert(0, MADE.name)
import grpc  # noqa: E402
from aangan.federation.v1 import figures_pb2  # noqa: E402


def read(name):
    with open(f"{DATA}/staff/{name}", "rb") as file:
        return file.read().strip()


def main():
    tls = grpc.ssl_channel_credentials(read("authority.pem"), read("key.pem"), read("certificate.pem"))
    with grpc.secure_channel(ADDRESS, tls) as channel:
        list_figures = channel.unary_unary("/aangan.federation.v1.FigureService/ListFigures",
                                           request_serializer=lambda message: message.SerializeToString(),
                                           response_deserializer=figures_pb2.ListFiguresResponse.FromString)
        figures, token = [], ""
        while True:
            page = list_figures(figures_pb2.ListFiguresRequest(parent="rosters/india", page_size=40, page_token=token),
                                metadata=(("authorization", "Bearer " + read("token").decode()),), timeout=20)
            figures += page.figures
            token = page.next_page_token
            if not token:
                break
    assert len(figures) > 40 and len(page.contributors) == 12
    assert any(figure.value == figures_pb2.FIGURE_VALUE_NUMBER and figure.margin > 0 for figure in figures)
    print(f"grpcio {grpc.__version__}: {len(figures)} figures in pages")


main()
