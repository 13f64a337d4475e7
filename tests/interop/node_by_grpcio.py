# SPDX-License-Identifier: Apache-2.0
"""A client that is not ours: Python's grpcio, with messages made by protoc, against a real node over TLS.

Usage: node_by_grpcio.py ADDRESS DATA_FOLDER GENERATED_MODULES. Prints what it saw; exits 1 on the first thing that is wrong.
"""
import sys
import uuid

sys.path.insert(0, sys.argv[3])
import grpc  # noqa: E402
from aangan.node.v1 import access_pb2, members_pb2  # noqa: E402
from google.protobuf import empty_pb2  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402

ADDRESS, DATA = sys.argv[1], sys.argv[2]


def read(name):
    with open(f"{DATA}/{name}", "rb") as file:
        return file.read().strip()


CHANNEL = grpc.secure_channel(ADDRESS, grpc.ssl_channel_credentials(read("tls/authority.pem")))


def call_as(token, method, request, response):
    rpc = CHANNEL.unary_unary("/aangan.node.v1." + method, request_serializer=lambda m: m.SerializeToString(),
                              response_deserializer=response.FromString)
    return rpc(request, metadata=(("authorization", "Bearer " + token),), timeout=20)


# The steward gives a caseworker's app its token, as on a real node.
CASEWORKER = call_as(read("steward.token").decode(), "AccessService/CreateToken",
                     access_pb2.CreateTokenRequest(token=access_pb2.Token(title="app-of-a-test", role=access_pb2.ROLE_CASEWORKER)),
                     access_pb2.CreateTokenResponse).secret


def call(method, request, response):
    return call_as(CASEWORKER, "MemberService/" + method, request, response)


def refused(method, request, response, code, reason):
    """The call must fail with this code, and with an ErrorInfo of this reason among its details."""
    try:
        call(method, request, response)
    except grpc.RpcError as error:
        assert error.code() == code, f"{method}: {error.code()}"
        details = dict(error.trailing_metadata())["grpc-status-details-bin"]
        assert len(details) <= 4096
        status = status_pb2.Status.FromString(details)
        infos = [d for d in status.details if d.type_url.endswith("google.rpc.ErrorInfo")]
        assert len(infos) == 1
        info = error_details_pb2.ErrorInfo.FromString(infos[0].value)
        assert (info.reason, info.domain) == (reason, "aangan"), f"{method}: {info.reason}"
        return
    raise AssertionError(f"{method} was not refused")


def main():
    names = []
    for year in (1990, 1995, 2001):
        member = members_pb2.Member(birth_year=year, gender="woman", enrolment_quarter="2026Q1")
        made = call("CreateMember", members_pb2.CreateMemberRequest(member=member, request_id=str(uuid.uuid4())), members_pb2.Member)
        assert made.etag and made.name.startswith("members/")
        names.append(made.name)
    token, seen = "", []
    while True:
        page = call("ListMembers", members_pb2.ListMembersRequest(page_size=2, page_token=token), members_pb2.ListMembersResponse)
        assert len(page.members) <= 2
        seen += [member.name for member in page.members]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen) == sorted(names), "the pages hold every member once"
    refused("GetMember", members_pb2.GetMemberRequest(name="members/" + "a" * 26), members_pb2.Member,
            grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    stale = members_pb2.DeleteMemberRequest(name=names[0], etag=made.etag)
    update = members_pb2.UpdateMemberRequest(member=members_pb2.Member(name=names[0], birth_year=1991, etag=made.etag))
    update.update_mask.paths.append("birth_year")
    call("UpdateMember", update, members_pb2.Member)
    refused("DeleteMember", stale, empty_pb2.Empty, grpc.StatusCode.ABORTED, "STALE_ETAG")
    refused("DeleteMember", members_pb2.DeleteMemberRequest(name=names[0]), empty_pb2.Empty,
            grpc.StatusCode.INVALID_ARGUMENT, "MISSING_ETAG")
    print(f"grpcio {grpc.__version__}: created, listed in pages, NOT_FOUND, ABORTED and MISSING_ETAG with details")


main()
