"""HTTPS and WSS by certificates that openssl makes on the fly, with clients that are not ours."""
import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

import websockets
from server_process import CHERUB, ServerProcess, until


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        for name in ("own", "other"):
            cls.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2", "-subj", "/CN=cherub test", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", cls.path(name + ".key"), "-out",
                        cls.path(name + ".crt"))
        cls.openssl("pkey", "-in", cls.path("own.key"), "-aes256", "-passout", "pass:abc", "-out",
                    cls.path("locked.key"))
        with open(cls.path("empty.pem"), "w", encoding="utf-8"):
            pass

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    @classmethod
    def openssl(cls, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def serve(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        server = ServerProcess(folder.name, "--tls-cert", self.path("own.crt"), "--tls-key",
                               self.path("own.key"), authority=self.path("own.crt"))
        self.addCleanup(server.stop)
        return server

    def curl(self, server, path, *words):
        done = subprocess.run(["curl", "--silent", "--show-error", "--max-time", "30", "--cacert",
                               self.path("own.crt"), *words, server.address + path],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def test_all_that_goes_in_the_clear_goes_through_tls(self):
        server = self.serve()
        self.assertTrue(server.address.startswith("https://"))
        self.assertEqual(json.loads(self.curl(server, "/health")[1])["status"], "ok")
        run = server.start(live_seconds=3600)
        until(lambda: server.ask("GET", "/code/" + run)[0] == 200)
        # A refusal arrives even while the client still sends.
        status, answer, _ = server.ask("POST", "/run", "x" * (3 << 20))
        self.assertEqual((status, answer["field"]), (413, "body"))
        self.assertEqual(self.curl(server, "/health", "--tls-max", "1.1")[0], 35)
        self.assertEqual(self.curl(server, "/health", "--tlsv1.2", "--tls-max", "1.2")[0], 0)
        self.assertEqual(self.curl(server, "/health", "--tlsv1.3")[0], 0)
        with socket.create_connection(("127.0.0.1", server.port), 20) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            self.assertNotIn(b"HTTP/1.1 200", b"".join(iter(lambda: plain.recv(4096), b"")))

        async def watch():
            async with websockets.connect(f"{server.views}/ws/render/{run}/agents",
                                          ssl=server.tls) as frames:
                while not isinstance(await asyncio.wait_for(frames.recv(), 20), bytes):
                    pass
            async with websockets.connect(server.views + "/ws/progress/" + run,
                                          ssl=server.tls) as view:
                server.process.send_signal(signal.SIGTERM)
                try:
                    while True:
                        await asyncio.wait_for(view.recv(), 20)
                except websockets.ConnectionClosed as closed:
                    return closed.rcvd.code
        events = subprocess.Popen(
            ["curl", "--silent", "--no-buffer", "--cacert", self.path("own.crt"),
             f"{server.address}/run/{run}/events"], stdout=subprocess.PIPE, text=True)
        self.assertIn("retry", events.stdout.readline())
        self.assertEqual(asyncio.run(watch()), 1001)
        self.assertEqual(server.stop(0)[0], 0)
        rest = events.communicate(timeout=20)[0]
        self.assertTrue("event: close" in rest or '"type":"terminated"' in rest)
        self.assertEqual(events.returncode, 0)

    def test_a_client_that_begins_no_handshake_does_not_keep_others_waiting(self):
        server = self.serve()
        silent = [socket.create_connection(("127.0.0.1", server.port), 20) for _ in range(20)]
        for connection in silent[:10]:
            connection.sendall(b"\x16\x03\x01")
        self.assertEqual(self.curl(server, "/health")[0], 0)
        self.assertEqual(server.stop()[0], 0)
        for connection in silent:
            connection.close()

    def test_what_is_wrong_with_the_files_is_told(self):
        own, key = self.path("own.crt"), self.path("own.key")
        table = [((own, self.path("other.key")), "not that of the certificate"),
                 ((own, self.path("locked.key")), "passphrase"),
                 ((own, self.path("missing.key")), "cannot be read"),
                 ((self.path("missing.crt"), key), "cannot be read"),
                 ((self.path("empty.pem"), key), "empty"),
                 ((key, key), "no certificate"),
                 ((own, own), "no private key"),
                 ((own, None), "give both")]
        for (certificate, private), word in table:
            with self.subTest(word=word):
                flags = ["--tls-cert", certificate] + (["--tls-key", private] if private else [])
                done = subprocess.run([CHERUB, "serve", "--port", "0", *flags], timeout=20,
                                      stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                      check=False)
                self.assertIn(done.returncode, (1, 2))
                self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
