/* A disk that fails as it is told to, while the server runs. Preloaded into the server's process.
 * FAULTS_CONTROL names a file of 256 bytes that the test rewrites in place: "KIND PART", padded with spaces; blank: no
 * fault. Files whose path contains PART are struck (PART$: whose path ends with it):
 *   enospc  writes, growing, new files and names answer "no space";
 *   eio     writes, growing, syncs and new names answer "input/output error";
 *   short   a write writes half, the next one of that thread answers "no space";
 *   sync    fsync and fdatasync sync nothing and answer "input/output error".
 * Each blow is told by a line in FAULTS_CONTROL.hits: a fault that struck nothing proves nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define CONTROL 256
#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })

enum kind { NONE, ENOSPACE, EIOERR, SHORT, SYNC };
enum blow { WRITE, GROW, MAKE, NAME, FLUSH };

static int control = -1, hits = -1;
static __thread int was_cut_short;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_CONTROL");
    char name[PATH_MAX];
    if (!path) return;
    control = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    snprintf(name, sizeof name, "%s.hits", path);
    hits = REAL(open)(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/* The fault that stands now, and whom it strikes. */
static enum kind told(char *part) {
    char text[CONTROL + 1], kind[16];
    ssize_t got = control < 0 ? 0 : pread(control, text, CONTROL, 0);
    if (got <= 0) return NONE;
    text[got] = 0;
    if (sscanf(text, "%15s %200s", kind, part) != 2) return NONE;
    if (!strcmp(kind, "enospc")) return ENOSPACE;
    if (!strcmp(kind, "eio")) return EIOERR;
    if (!strcmp(kind, "short")) return SHORT;
    return strcmp(kind, "sync") ? NONE : SYNC;
}

static int is_struck(const char *path, const char *part) {
    size_t n = strlen(part), length = strlen(path);
    if (n && part[n - 1] == '$') return length >= n - 1 && !strncmp(path + length - (n - 1), part, n - 1);
    return strstr(path, part) != NULL;
}

/* The fault for this path and this blow, or NONE. */
static enum kind strikes(const char *path, enum blow blow) {
    char part[CONTROL], line[PATH_MAX + 32];
    enum kind kind = told(part);
    if (kind == NONE || !is_struck(path, part)) return NONE;
    if (kind == SYNC && blow != FLUSH) return NONE;
    if (kind == SHORT && blow != WRITE) return NONE;
    if (kind == ENOSPACE && blow == FLUSH) return NONE;
    int n = snprintf(line, sizeof line, "%d %s\n", (int)blow, path);
    if (hits >= 0 && n > 0 && REAL(write)(hits, line, (size_t)n) != n) abort();
    return kind;
}

static enum kind strikes_fd(int fd, enum blow blow) {
    char name[64], path[PATH_MAX];
    int before = errno;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t n = control < 0 ? -1 : readlink(name, path, sizeof path - 1);
    errno = before;
    if (n <= 0 || path[0] != '/') return NONE;
    path[n] = 0;
    return strikes(path, blow);
}

/* How much of a write may happen; -1: none, and errno says why. */
static ssize_t allowed(int fd, size_t length) {
    char part[CONTROL];
    if (told(part) == NONE) { was_cut_short = 0; return (ssize_t)length; }
    switch (strikes_fd(fd, WRITE)) {
    case ENOSPACE: errno = ENOSPC; return -1;
    case EIOERR: errno = EIO; return -1;
    case SHORT:
        if (length < 2 || was_cut_short) { was_cut_short = 0; errno = ENOSPC; return -1; }
        was_cut_short = 1;
        return (ssize_t)(length / 2);
    default: return (ssize_t)length;
    }
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t some = allowed(fd, length);
    return some < 0 ? -1 : REAL(write)(fd, bytes, (size_t)some);
}

#define PWRITE(name, offset) ssize_t name(int fd, const void *bytes, size_t length, offset at) { \
    ssize_t some = allowed(fd, length); return some < 0 ? -1 : REAL(name)(fd, bytes, (size_t)some, at); }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *all, int count) {
    size_t length = 0;
    for (int n = 0; n < count; n++) length += all[n].iov_len;
    ssize_t some = allowed(fd, length);
    if (some < 0) return -1;
    if ((size_t)some == length) return REAL(writev)(fd, all, count);
    /* Half of them: the first piece, or half of it. */
    size_t first = all[0].iov_len;
    return REAL(write)(fd, all[0].iov_base, first > (size_t)some ? (size_t)some : first);
}

static int refused(enum kind kind) { errno = kind == EIOERR ? EIO : ENOSPC; return -1; }

/* Only growing needs space. */
#define TRUNCATE(name, offset) int name(int fd, offset length) { \
    struct stat now; enum kind kind = NONE; \
    if (control >= 0 && !fstat(fd, &now) && length > now.st_size) kind = strikes_fd(fd, GROW); \
    return kind == NONE ? REAL(name)(fd, length) : refused(kind); }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define ALLOCATE(name, offset) int name(int fd, int mode, offset at, offset length) { \
    enum kind kind = strikes_fd(fd, GROW); return kind == NONE ? REAL(name)(fd, mode, at, length) : refused(kind); }
ALLOCATE(fallocate, off_t)
ALLOCATE(fallocate64, off64_t)

/* This one gives its error back instead of setting errno. */
#define POSIX_ALLOCATE(name, offset) int name(int fd, offset at, offset length) { \
    enum kind kind = strikes_fd(fd, GROW); return kind == NONE ? REAL(name)(fd, at, length) : kind == EIOERR ? EIO : ENOSPC; }
POSIX_ALLOCATE(posix_fallocate, off_t)
POSIX_ALLOCATE(posix_fallocate64, off64_t)

#define FLUSH_BY(name) int name(int fd) { \
    enum kind kind = strikes_fd(fd, FLUSH); if (kind == NONE) return REAL(name)(fd); errno = EIO; return -1; }
FLUSH_BY(fsync)
FLUSH_BY(fdatasync)

/* A new file needs an entry in its folder; one that is there does not. */
static enum kind makes(const char *path, int flags) {
    struct stat there;
    return (flags & O_CREAT) && control >= 0 && stat(path, &there) ? strikes(path, MAKE) : NONE;
}

#define MODE va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest)
#define OPEN(name) int name(const char *path, int flags, ...) { MODE; \
    enum kind kind = makes(path, flags); return kind == NONE ? REAL(name)(path, flags, mode) : refused(kind); }
OPEN(open)
OPEN(open64)

#define OPENAT(name) int name(int folder, const char *path, int flags, ...) { MODE; \
    enum kind kind = path[0] == '/' || folder == AT_FDCWD ? makes(path, flags) : NONE; \
    return kind == NONE ? REAL(name)(folder, path, flags, mode) : refused(kind); }
OPENAT(openat)
OPENAT(openat64)

int mkdir(const char *path, mode_t mode) {
    enum kind kind = strikes(path, MAKE);
    return kind == NONE ? REAL(mkdir)(path, mode) : refused(kind);
}

int rename(const char *from, const char *to) {
    enum kind kind = strikes(to, NAME);
    return kind == NONE ? REAL(rename)(from, to) : refused(kind);
}
