# python3: data, files, processes, threads, memory maps, time.
cat > t.py <<'END'
import os, sys, mmap, signal, struct, threading, time, errno, select, tempfile, subprocess, stat
print(sys.version_info[0], sorted({3, 1, 2}), {"a": [1, 2]}, f"{3.14159:.2f}", 2 ** 100, b"\xff".hex(), "ü".encode())
with open("f", "w+") as f:
    f.write("hello\n" * 3); f.seek(0); print(f.read().count("hello"), os.path.getsize("f"))
os.makedirs("d/e", exist_ok=True); os.symlink("f", "l"); print(sorted(os.listdir(".")), os.readlink("l"), stat.filemode(os.stat("f").st_mode))
for call in (lambda: open("/nosuch"), lambda: os.rmdir("d"), lambda: os.kill(1 << 22, 0), lambda: os.read(99, 1), lambda: os.mkdir("d")):
    try: call()
    except OSError as e: print(errno.errorcode[e.errno], e.strerror)
r, w = os.pipe()
pid = os.fork()
if not pid: os.close(r); os.write(w, b"child"); os._exit(5)
os.close(w); print(os.read(r, 10), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print(subprocess.run(["sh", "-c", "cat; exit 3"], input=b"given", capture_output=True))
m = mmap.mmap(-1, 8192); m[0:4] = b"abcd"; print(m[:5], len(m)); m.close()
lock, total = threading.Lock(), [0]
def work():
    for _ in range(1000):
        with lock: total[0] += 1
ts = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]; print(total[0])
ev = threading.Event(); threading.Timer(0.01, ev.set).start(); print(ev.wait(5), ev.wait(0))
signal.signal(signal.SIGALRM, lambda *a: print("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.02); signal.pause()
t = time.monotonic(); time.sleep(0.05); print(0.04 < time.monotonic() - t < 1)
a, b = os.pipe(); p = select.poll(); p.register(a, select.POLLIN); print(p.poll(10)); os.write(b, b"x"); print(p.poll(10) == [(a, 1)])
e = select.epoll(); e.register(a, select.EPOLLIN); print(e.poll(1) == [(a, 1)])
with tempfile.TemporaryDirectory() as d: print(os.path.isdir(d))
print(struct.unpack("<IH", struct.pack("<IH", 7, 8)), sum(i * i for i in range(100000)))
big = bytearray(30 << 20); big[::4096] = b"x" * len(big[::4096]); print(big.count(b"x"))
print(os.sched_getaffinity(0), os.cpu_count(), os.getppid() > 0, os.nice(0), os.get_blocking(0))
sys.exit(4)
END
python3 t.py; echo "status $?"; python3 -c 'raise ValueError("x")'; echo "status $?"; echo 'print(6 * 7)' | python3
python3 -c 'import sys; sys.setrecursionlimit(5000); f = lambda n: n and 1 + f(n - 1); print(f(4000))'
