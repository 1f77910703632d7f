"""The system calls that a student's server may not make, as a seccomp filter (classic BPF, no library needed).

Landlock guards the contents of files. What it leaves open is closed here: the network, other processes, new processes,
links, and the metadata of files. The listening socket is inherited, so a server needs no call that opens one.
"""

import ctypes
import errno
import os
import platform
import struct

ALLOW = 0x7FFF0000
KILL = 0x80000000
ERRNO = 0x00050000

LD, JEQ, JGE, AND, RET = 0x20, 0x15, 0x35, 0x54, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16

CLONE_FILES, CLONE_THREAD = 0x00000400, 0x00010000
CLOSE_RANGE_UNSHARE = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
SOCK_STREAM = 1
SOCK_TYPE_MASK = 0xF
F_SETOWN, F_SETOWN_EX = 8, 15
FIOSETOWN, SIOCSPGRP, TIOCSTI = 0x8901, 0x8902, 0x5412

FIRST_UNKNOWN = 452
"""Calls newer than this table answer ENOSYS, as an older kernel would; so do the x32 calls, numbered above 2**30."""

AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Numbers from <asm/unistd_64.h> (x86_64) and <asm-generic/unistd.h> (aarch64); 0 where the call does not exist.
DENIED: dict[str, tuple[int, int]] = {
    # the network, and sockets of other programs
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200),
    # other processes, and more of them
    "fork": (57, 0), "vfork": (58, 0), "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "tkill": (200, 130),
    "setpriority": (141, 140), "sched_setscheduler": (144, 119), "sched_setparam": (142, 118),
    "sched_setattr": (314, 274), "ioprio_set": (251, 30), "migrate_pages": (256, 238), "move_pages": (279, 239),
    # links and special files, which would lead the reader of the scratch folder astray
    "symlink": (88, 0), "symlinkat": (266, 36), "link": (86, 0), "linkat": (265, 37),
    "mknod": (133, 0), "mknodat": (259, 33),
    # the metadata of files, which Landlock does not guard
    "chmod": (90, 0), "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, 0), "fchown": (93, 55),
    "lchown": (94, 0), "fchownat": (260, 54), "utime": (132, 0), "utimes": (235, 0), "futimesat": (261, 0),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "truncate": (76, 45),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    # memory and disk that no limit counts: files without a name, space taken without writing it
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "fallocate": (285, 47),
    # watching what goes on in folders that may not be read, making the whole machine wait for its disks
    "inotify_init": (253, 0), "inotify_init1": (294, 26), "sync": (162, 81), "syncfs": (306, 267),
    # shared memory, queues and keys that outlive a process
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, 0),
    "ioperm": (173, 0), "lookup_dcookie": (212, 18), "vhangup": (153, 58),
}  # fmt: skip

CLONE, CLONE3, SOCKETPAIR, FCNTL, IOCTL = (56, 220), (435, 435), (53, 199), (72, 25), (16, 29)
PRCTL, CLOSE_RANGE = (157, 167), (436, 436)
TO_ITSELF_ONLY = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
ZERO_ONLY = {"prlimit64": (302, 261), "sched_setaffinity": (203, 122)}

_EPERM = ERRNO | errno.EPERM
_ENOSYS = ERRNO | errno.ENOSYS
Instruction = tuple[int, int, int, int]


def install(pid: int) -> None:
    """Forbid the calls above to this process and to its threads, for ever; `pid` is its own number.

    Raises:
        OSError: the kernel refused, or the processor is of a kind that the table does not know.
    """
    machine = platform.machine()
    if machine not in AUDIT_ARCHITECTURE:
        raise OSError(errno.ENOTSUP, f"no table of system calls for {machine}")
    program = _program(machine, pid)
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    descriptor = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    set_no_new_privs, set_seccomp, mode_filter = 38, 22, 2
    if libc.prctl(set_no_new_privs, 1, 0, 0, 0) or libc.prctl(set_seccomp, mode_filter, descriptor, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _program(machine: str, pid: int) -> list[Instruction]:
    """Build the filter: the special rules first, then one comparison for each denied call, then ALLOW."""
    column = list(AUDIT_ARCHITECTURE).index(machine)
    program: list[Instruction] = [
        (LD, 0, 0, ARCHITECTURE), (JEQ, 1, 0, AUDIT_ARCHITECTURE[machine]), (RET, 0, 0, KILL),
        (LD, 0, 0, NUMBER), (JGE, 0, 1, FIRST_UNKNOWN), (RET, 0, 0, _ENOSYS),
        # glibc falls back to clone, whose flags can be read here; those of clone3 stand behind a pointer.
        (JEQ, 0, 1, CLONE3[column]), (RET, 0, 0, _ENOSYS),
    ]  # fmt: skip
    # A thread that shares its descriptors: one with a table of its own would have the limit on open files anew.
    thread = CLONE_THREAD | CLONE_FILES
    program += _argument_rule(CLONE[column], 0, [thread], mask=thread)
    program += _argument_rule(CLOSE_RANGE[column], 2, [0], mask=CLOSE_RANGE_UNSHARE)
    # Neither outlive the fork server, nor hide from who watches the process.
    program += _argument_rule(PRCTL[column], 0, [PR_SET_PDEATHSIG, PR_SET_DUMPABLE], denied=True)
    program += _argument_rule(SOCKETPAIR[column], 1, [SOCK_STREAM], mask=SOCK_TYPE_MASK)
    for call in TO_ITSELF_ONLY.values():
        program += _argument_rule(call[column], 0, [pid])
    for call in ZERO_ONLY.values():
        program += _argument_rule(call[column], 0, [0])
    program += _argument_rule(FCNTL[column], 1, [F_SETOWN, F_SETOWN_EX], denied=True)
    program += _argument_rule(IOCTL[column], 1, [FIOSETOWN, SIOCSPGRP, TIOCSTI], denied=True)
    for call in DENIED.values():
        if call[column]:
            program += [(JEQ, 0, 1, call[column]), (RET, 0, 0, _EPERM)]
    return [*program, (RET, 0, 0, ALLOW)]


def _argument_rule(
    number: int, argument: int, values: list[int], *, mask: int = 0xFFFFFFFF, denied: bool = False
) -> list[Instruction]:
    """Judge one call by the low 32 bits of one argument: allowed only for `values`, or only forbidden for them."""
    when_listed, otherwise = (_EPERM, ALLOW) if denied else (ALLOW, _EPERM)
    judge: list[Instruction] = [(LD, 0, 0, FIRST_ARGUMENT + 8 * argument), (AND, 0, 0, mask)]
    for value in values:
        judge += [(JEQ, 0, 1, value), (RET, 0, 0, when_listed)]
    judge.append((RET, 0, 0, otherwise))
    return [(JEQ, 0, len(judge), number), *judge]
