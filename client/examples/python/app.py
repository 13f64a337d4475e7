# SPDX-License-Identifier: Apache-2.0
"""An example app in Python: enrols a member, records her consent and a service, reads it back, shows an error's field.

Stubs are made by protoc with the plugin of Debian's protobuf-compiler-grpc (README.md has the command); they must be on
PYTHONPATH.

    python3 app.py HOST:PORT AUTHORITY.pem TOKEN_FILE
"""
import json
import sys
import uuid

import grpc
from aangan.node.v1 import casework_pb2, casework_pb2_grpc, members_pb2, members_pb2_grpc
from google.rpc import error_details_pb2, status_pb2
from google.type import date_pb2

DEADLINE_SECONDS = 30
# Repeated by gRPC itself, on UNAVAILABLE alone: reads, and writes that carry a request_id.
REPEATABLE = [{"service": "aangan.node.v1.MemberService"}, {"service": "aangan.node.v1.CaseworkService"}]
RETRIES = {"maxAttempts": 4, "initialBackoff": "0.2s", "maxBackoff": "3s", "backoffMultiplier": 2,
           "retryableStatusCodes": ["UNAVAILABLE"]}
OPTIONS = [
    ("grpc.service_config", json.dumps({"methodConfig": [{"name": REPEATABLE, "retryPolicy": RETRIES}]})),
    ("grpc.keepalive_time_ms", 30_000),  # while a call is open; a node bears down to 10 s
    ("grpc.keepalive_timeout_ms", 15_000),
    ("grpc.http2.max_pings_without_data", 0),
]


def read(path):
    with open(path, "rb") as file:
        return file.read()


class App:
    def __init__(self, address, authority_file, token_file):
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(read(authority_file)), OPTIONS)
        self._metadata = (("authorization", "Bearer " + read(token_file).decode().strip()),)
        self._members = members_pb2_grpc.MemberServiceStub(channel)
        self._casework = casework_pb2_grpc.CaseworkServiceStub(channel)

    def _call(self, rpc, request):
        # Made once for each write and kept over its repeats, so that the node takes it once.
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = str(uuid.uuid4())
        return rpc(request, metadata=self._metadata, timeout=DEADLINE_SECONDS)

    def enrol(self, member):
        return self._call(self._members.CreateMember, members_pb2.CreateMemberRequest(member=member))

    def record_consent(self, member, consent):
        return self._call(self._members.CreateConsent, members_pb2.CreateConsentRequest(parent=member, consent=consent))

    def record_service(self, member, service):
        return self._call(self._casework.CreateService, casework_pb2.CreateServiceRequest(parent=member, service=service))

    def service(self, name):
        return self._call(self._casework.GetService, casework_pb2.GetServiceRequest(name=name))


def details_of(error):
    """The reason of an error for the program, and its fields for the form: [(path, what it must be)]."""
    reason, fields = "", []
    packed = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    for detail in status_pb2.Status.FromString(packed).details:
        if detail.type_url.endswith("/google.rpc.ErrorInfo"):
            reason = error_details_pb2.ErrorInfo.FromString(detail.value).reason
        if detail.type_url.endswith("/google.rpc.BadRequest"):
            violations = error_details_pb2.BadRequest.FromString(detail.value).field_violations
            fields += [(violation.field, violation.description) for violation in violations]
    return reason, fields


def main(address, authority_file, token_file):
    app = App(address, authority_file, token_file)
    member = app.enrol(members_pb2.Member(birth_year=1998, gender="woman", enrolment_quarter="2026Q1"))
    app.record_consent(member.name, members_pb2.Consent(
        purpose=members_pb2.CONSENT_PURPOSE_BE_COUNTED, decision=members_pb2.CONSENT_DECISION_GIVEN,
        decision_date=date_pb2.Date(year=2026, month=1, day=12), notice_version="2026-01", language="hi"))
    made = app.record_service(member.name, casework_pb2.Service(
        domain="livelihood", type="skills_training", stage=casework_pb2.SERVICE_STAGE_RECEIVED,
        received_date=date_pb2.Date(year=2026, month=2, day=3)))
    print("read back:", app.service(made.name).type)
    try:
        app.enrol(members_pb2.Member(gender="no such code", enrolment_quarter="2026Q1"))
    except grpc.RpcError as error:
        reason, fields = details_of(error)
        print(f"{error.code().name} {reason}: {error.details()}")
        for path, what in fields:
            print(f"  field {path} {what}")
        return 0
    print("a wrong code was taken")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
