"""A program called gcloud that has its commands done in this process.

A deployment runs a thousand of them: the program loads nothing but what it connects with.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

from tests.kit.deploy.fake_gcloud import FakeCloud, Hangs, Refused, run

POLL_SECONDS = 0.02
# Words and standard input go there with their length before them; an exit code and what is said come back.
PROGRAM = """#!{python} -IS
import sys
import _socket
given = sys.stdin.read() if "--data-file=-" in sys.argv else ""
asked = "\\0".join([*sys.argv[1:], given]).encode()
connection = _socket.socket()
connection.connect(("127.0.0.1", {port}))
connection.sendall(b"%d\\n" % len(asked) + asked)
told = b""
while part := connection.recv(1 << 20):
    told += part
(sys.stderr if told[:1] == b"1" else sys.stdout).write(told[1:].decode())
sys.exit(int(told[:1]))
"""


@contextmanager
def running_gcloud(cloud: FakeCloud, program: Path) -> Iterator[None]:
    """While it serves, `program` is a gcloud whose cloud is this one."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            *words, given = self.rfile.read(int(self.rfile.readline())).decode().split("\0")
            try:
                said = "0" + run(cloud, words, given)
            except Refused as refused:
                said = f"1{refused}"
            except Hangs as hangs:
                Path(str(hangs)).touch()
                self.rfile.read(1)  # nothing more comes: it ends with the program
                return
            self.wfile.write(said.encode())

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        program.parent.mkdir(exist_ok=True)
        program.write_text(PROGRAM.format(python=sys.executable, port=server.server_address[1]))
        program.chmod(0o755)
        thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
