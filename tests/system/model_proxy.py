#!/usr/bin/env python3
"""An HTTP proxy for tests: whatever host is asked for, the target answers.

    model_proxy.py --target 127.0.0.1:8080 --record asked.txt [--refuse 403]

Takes absolute-form requests and CONNECT. Prints `ready http://127.0.0.1:PORT`.
"""

import argparse
import os
import socket
import socketserver
import sys
import threading
import time


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Handler(socketserver.BaseRequestHandler):
    arguments = None

    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(1)
            if not piece:
                return
            head += piece
        with open(self.arguments.record, "ab") as file:
            file.write(head)
        if self.arguments.refuse:
            self.request.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n"
                                 % self.arguments.refuse)
            return
        host, port = self.arguments.target.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as upstream:
            if head.startswith(b"CONNECT "):
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                method, url, rest = head.split(b" ", 2)
                path = b"/" + url.split(b"/", 3)[3]
                upstream.sendall(b" ".join((method, path, rest)))
            back = threading.Thread(target=pump, args=(upstream, self.request), daemon=True)
            back.start()
            pump(self.request, upstream)
            back.join()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def end_with_parent(parent):
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--refuse", type=int)
    Handler.arguments = parser.parse_args()
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    with Server(("127.0.0.1", 0), Handler) as server:
        print(f"ready http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
