"""QEMU's machine protocol: how the host asks a running machine, without stopping it."""
import calendar
import json
import re


class MachineEnded(Exception):
    """The machine's QEMU is gone, or its protocol line broke."""


class QmpError(Exception):
    """QEMU refused a command."""


class Qmp:
    """The client's end of one protocol line, a connected socket. `events` are those seen so far."""

    def __init__(self, socket, patience=30):
        self.socket = socket
        self.events = []
        self._rest = b""
        socket.settimeout(patience)

    def fileno(self):
        return self.socket.fileno()

    def negotiate(self):
        """The opening; call it first. When it returns, the machine is complete."""
        self._receive()  # the greeting
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """The command's answer. Answers come within milliseconds while QEMU lives."""
        request = json.dumps({"execute": name, "arguments": arguments}) + "\n"
        try:
            self.socket.sendall(request.encode())
        except OSError as error:
            raise MachineEnded from error
        while True:
            message = self._receive()
            if "return" in message:
                return message["return"]
            if "error" in message:
                raise QmpError(f"{name}: {message['error']['desc']}")
            self.events.append(message)

    def pump(self):
        """Read what has arrived, now that something has. Raises MachineEnded at the end."""
        while True:
            self.events.append(self._receive())
            if b"\n" not in self._rest:
                return

    def drain(self):
        """Read the last events of a machine that has ended."""
        try:
            while True:
                self.events.append(self._receive())
        except MachineEnded:
            pass

    def monitor(self, line):
        """The text that a command of the human monitor prints."""
        return self.command("human-monitor-command", **{"command-line": line})

    def retired(self):
        """Instructions executed so far; 0 without -icount."""
        return self.command("query-replay")["icount"]

    def clock(self):
        """What the machine's calendar clock shows, in seconds since 1970."""
        now = self.command("qom-get", path="/machine", property="rtc-time")
        date = (now["tm_year"] + 1900, now["tm_mon"] + 1, now["tm_mday"])
        return calendar.timegm((*date, now["tm_hour"], now["tm_min"], now["tm_sec"]))

    def halted_for_good(self):
        """Whether every processor has halted with interrupts off: nothing wakes it again."""
        registers = self.monitor("info registers -a")
        halts = re.findall(r"\bHLT=(\d)", registers)
        flags = re.findall(r"\bE?FL(?:AGS)?=([0-9a-f]+)", registers)
        interrupts_off = all(not int(value, 16) & 0x200 for value in flags)
        return bool(halts) and all(halt == "1" for halt in halts) and interrupts_off

    def read_physical(self, address, length):
        """Bytes of the machine's physical memory."""
        text = self.monitor(f"xp /{length}bx {address:#x}")
        return bytes(int(byte, 16) for byte in re.findall(r"\b0x([0-9a-f]{2})\b", text))

    def shutdown_reason(self):
        """Why QEMU says the machine ended ("guest-reset", ...); None if it did not say."""
        for event in self.events:
            if event.get("event") == "SHUTDOWN":
                return event["data"]["reason"]
        return None

    def _receive(self):
        while b"\n" not in self._rest:
            try:
                data = self.socket.recv(65536)
            except OSError as error:
                raise MachineEnded from error
            if not data:
                raise MachineEnded
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        return json.loads(line)
