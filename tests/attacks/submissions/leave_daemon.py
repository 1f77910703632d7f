# A student wants something to outlive the grading: fork, exec, threads, the bond to the parent undone.
import ctypes
import multiprocessing
import os
import platform
import signal
import subprocess
import sys
import threading
import time


def tell(what):
    print("MANAGED", what, file=sys.stderr, flush=True)


def attempt(what, action):
    try:
        if action() not in (None, 0, False):
            return
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return
    tell(what)


def fork():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)


def raw(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    answer = libc.syscall(number, *arguments)
    if answer == 0:  # we are the child
        os.execv("/bin/sleep", ["sleep", "300"])
    return answer == -1


for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
attempt("fork", fork)
attempt("subprocess", lambda: subprocess.Popen(["/bin/sleep", "300"], start_new_session=True) and None)
attempt("posix_spawn", lambda: os.posix_spawn("/bin/sleep", ["sleep", "300"], {}) and None)
attempt("multiprocessing", lambda: multiprocessing.get_context("fork").Process(target=time.sleep, args=(300,)).start())
if platform.machine() == "x86_64":
    attempt("raw fork", lambda: raw(57))
    attempt("raw vfork", lambda: raw(58))
    attempt("raw clone", lambda: raw(56, 17, 0, 0, 0, 0))
    attempt("raw clone3", lambda: raw(435, 0, 0))
    attempt("x32 fork", lambda: raw(57 | 1 << 30))
    attempt("raw unshare", lambda: raw(272, 0x20000000))
libc = ctypes.CDLL(None, use_errno=True)
attempt("not to die with the parent", lambda: libc.prctl(1, 0, 0, 0, 0))
attempt("to hide from the watcher", lambda: libc.prctl(4, 0, 0, 0, 0))
for pid in (os.getppid(), 1, 0, -1):
    attempt("to kill %d" % pid, lambda pid=pid: os.kill(pid, 0))
threading.Thread(target=time.sleep, args=(300,), daemon=True).start()
print("ATTEMPTED", file=sys.stderr, flush=True)
