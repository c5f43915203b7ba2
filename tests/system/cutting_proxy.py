"""A TCP proxy that cuts its connections off after some bytes, for clients that must come back."""
import random
import socket
import threading


class CuttingProxy:
    """Connections to `address` go to the server's port; each is cut after a random number of bytes
    that the server sent: some within the greeting, some within the messages behind it, of which
    one may be 64 KiB long; or each is cut behind the first of `behind`. `cuts`: how many were."""

    def __init__(self, port, seed, cuts_max=25, behind=None):
        self.port, self.chance, self.behind = port, random.Random(seed), behind
        self.cuts_max, self.cuts = cuts_max, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self.pump, args=(client, server), daemon=True).start()
            threading.Thread(target=self.cut, args=(server, client), daemon=True).start()

    @staticmethod
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass

    def cut(self, server, client):
        """Passes on what the server says, up to the cut."""
        early = self.chance.random() < 0.4
        left = self.chance.randrange(100, 2000) if early else self.chance.randrange(20000, 90000)
        if self.behind or self.cuts >= self.cuts_max:
            left = 1 << 40
        try:
            while left > 0 and (data := server.recv(min(65536, left))):
                found = data.find(self.behind) if self.behind and self.cuts < self.cuts_max else -1
                if found >= 0:
                    data = data[:found + len(self.behind)]
                    left = len(data)
                left -= len(data)
                # npm's eventsource remembers an event's id one line before it tells the event: a
                # cut between the two would be its loss, not the server's.
                client.sendall(data if left > 0 else data.rstrip(b"\n"))
        except OSError:
            pass
        self.cuts += left <= 0
        for end in (client, server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
