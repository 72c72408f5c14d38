"""A mail server of somebody else's (aiosmtpd): STARTTLS, a password, and every mail it took as one line of JSON.

usage: smtpd.py PORT CERTIFICATE KEY USER PASSWORD
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

port, certificate, key, user, password = sys.argv[1:]


class Post:
    async def handle_DATA(self, server, session, envelope):
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None,
            "signed_in": bool(session.authenticated),
            "raw": envelope.content.decode("utf-8", "replace"),
        }
        print(json.dumps(mail), flush=True)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, login):
    right = login.login == user.encode() and login.password == password.encode()
    return AuthResult(success=right, handled=True)


tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(certificate, key)
controller = Controller(
    Post(),
    hostname="127.0.0.1",
    port=int(port),
    tls_context=tls,
    require_starttls=True,
    auth_required=True,
    authenticator=authenticate,
)
controller.start()
print(json.dumps({"ready": True}), flush=True)
# Until the test closes our standard input, or is gone.
asyncio.run(asyncio.to_thread(sys.stdin.read))
controller.stop()
