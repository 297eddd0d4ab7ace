/* A power cut for SQLite's files: what was written and not synced is lost.
 * Preloaded into the server's process. Beside every file NAME.db and NAME.db-wal it keeps NAME….durable, a copy that
 * receives what was written only when fsync or fdatasync has returned. The test kills the server, throws the real
 * files away and lets the house wake up on the copies: the worst disk that still keeps its word.
 * Under the folder POWER_CUT_FILES names are lost too: beside it lies FOLDER.durable, where INODE.data is what a sync
 * of a file has kept and INODE.list what a sync of a folder has (a line "INODE NAME" for each entry). A file whose name
 * is kept and whose bytes are not wakes up empty; one whose folder was not synced is not there.
 * POWER_CUT_LIES=database or =files makes the disk a liar there (a sync that syncs nothing): the controls that must
 * lose acts and files. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 4
#define FDS 4096
#define RANGES 65536

struct file {
    char path[1024];
    int copy;                                /* the durable copy */
    int ranges;                              /* written since the last sync; -1: too many, copy all */
    struct { off_t at; size_t length; } range[RANGES];
    off_t cut;                               /* smallest length since the last sync, or -1 */
};

static struct file file[FILES];
static int files;
static int of_fd[FDS];                       /* 0: not ours; n: file[n - 1] */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })

static int is_ours(const char *path) {
    size_t n = strlen(path);
    return (n > 3 && !strcmp(path + n - 3, ".db")) || (n > 7 && !strcmp(path + n - 7, ".db-wal"));
}

static void opened(int fd, const char *path) {
    if (fd < 0 || fd >= FDS || !is_ours(path)) return;
    pthread_mutex_lock(&lock);
    int at = 0;
    while (at < files && strcmp(file[at].path, path)) at++;
    if (at == files && files < FILES) {
        struct file *one = &file[files++];
        char name[1100];
        snprintf(one->path, sizeof one->path, "%s", path);
        snprintf(name, sizeof name, "%s.durable", path);
        one->copy = REAL(open)(name, O_RDWR | O_CREAT, 0600);
        one->ranges = 0;
        one->cut = -1;
    }
    of_fd[fd] = at < files ? at + 1 : 0;
    pthread_mutex_unlock(&lock);
}

static struct file *ours(int fd) { return fd >= 0 && fd < FDS && of_fd[fd] ? &file[of_fd[fd] - 1] : NULL; }

static void wrote(struct file *one, off_t at, ssize_t length) {
    if (length <= 0 || one->ranges < 0) return;
    if (one->ranges == RANGES) { one->ranges = -1; return; }
    one->range[one->ranges].at = at;
    one->range[one->ranges++].length = (size_t)length;
}

static void keep(struct file *one, int fd, off_t at, size_t length) {
    static char bytes[1 << 16];
    while (length > 0) {
        ssize_t got = pread(fd, bytes, length < sizeof bytes ? length : sizeof bytes, at);
        if (got <= 0) return;
        if (REAL(pwrite)(one->copy, bytes, (size_t)got, at) != got) abort();
        at += got;
        length -= (size_t)got;
    }
}

static int lies(const char *about) {
    const char *said = getenv("POWER_CUT_LIES");
    return said && !strcmp(said, about);
}

/* Where the sync of an inode under the folder is kept; 0 when it lies elsewhere. */
static int kept_as(char *name, const char *path, ino_t inode, const char *kind) {
    const char *folder = getenv("POWER_CUT_FILES");
    size_t n = folder ? strlen(folder) : 0;
    if (!n || strncmp(path, folder, n) || (path[n] && path[n] != '/')) return 0;
    snprintf(name, PATH_MAX, "%s.durable/%lu.%s", folder, (unsigned long)inode, kind);
    return 1;
}

static void list_folder(int out, const char *path) {
    char line[PATH_MAX];
    DIR *folder = opendir(path);
    if (!folder) abort();
    for (struct dirent *one; (one = readdir(folder));) {
        if (!strcmp(one->d_name, ".") || !strcmp(one->d_name, "..")) continue;
        int n = snprintf(line, sizeof line, "%lu %s\n", (unsigned long)one->d_ino, one->d_name);
        if (REAL(write)(out, line, (size_t)n) != n) abort();
    }
    closedir(folder);
}

static void copy_bytes(int out, const char *path) {
    static char bytes[1 << 16];
    int in = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    if (in < 0) abort();
    for (ssize_t got; (got = read(in, bytes, sizeof bytes)) > 0;)
        if (REAL(write)(out, bytes, (size_t)got) != got) abort();
    REAL(close)(in);
}

/* A file or a folder under the kept folder has been synced: what it is now is what a cut leaves of it. */
static void entry_synced(int fd) {
    char name[64], path[PATH_MAX], kept[PATH_MAX], anew[PATH_MAX + 8];
    struct stat now;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(name, path, sizeof path - 1);
    if (n <= 0 || fstat(fd, &now)) return;
    path[n] = 0;
    int is_folder = S_ISDIR(now.st_mode);
    if (lies("files") || !kept_as(kept, path, now.st_ino, is_folder ? "list" : "data")) return;
    snprintf(anew, sizeof anew, "%s.new", kept);
    pthread_mutex_lock(&lock);
    int out = REAL(open)(anew, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) abort();
    if (is_folder) list_folder(out, path); else copy_bytes(out, path);
    REAL(close)(out);
    /* Killed in between, the older state stands. */
    if (rename(anew, kept)) abort();
    pthread_mutex_unlock(&lock);
}

/* A new file or folder may have the number of one that is gone: nothing of it is synced. */
static void entry_made(const char *path, const char *kind) {
    char kept[PATH_MAX];
    struct stat now;
    if (!stat(path, &now) && kept_as(kept, path, now.st_ino, kind)) unlink(kept);
}

static void synced(struct file *one, int fd) {
    if (lies("database")) return;
    struct stat now;
    if (fstat(fd, &now)) return;
    if (one->cut >= 0 && REAL(ftruncate)(one->copy, one->cut)) abort();
    if (one->ranges < 0) keep(one, fd, 0, (size_t)now.st_size);
    for (int n = 0; n < one->ranges; n++) keep(one, fd, one->range[n].at, one->range[n].length);
    if (REAL(ftruncate)(one->copy, now.st_size)) abort();
    one->ranges = 0;
    one->cut = -1;
}

#define OPEN(name) int name(const char *path, int flags, ...) { \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    struct stat before; int is_new = (flags & O_CREAT) && getenv("POWER_CUT_FILES") && stat(path, &before); \
    int fd = REAL(name)(path, flags, mode); if (fd >= 0 && is_new) entry_made(path, "data"); opened(fd, path); return fd; }
OPEN(open)
OPEN(open64)

int mkdir(const char *path, mode_t mode) {
    int done = REAL(mkdir)(path, mode);
    if (!done) entry_made(path, "list");
    return done;
}

int close(int fd) {
    if (fd >= 0 && fd < FDS) of_fd[fd] = 0;
    return REAL(close)(fd);
}

#define PWRITE(name, offset) ssize_t name(int fd, const void *bytes, size_t length, offset at) { \
    struct file *one = ours(fd); if (!one) return REAL(name)(fd, bytes, length, at); \
    pthread_mutex_lock(&lock); ssize_t done = REAL(name)(fd, bytes, length, at); wrote(one, at, done); pthread_mutex_unlock(&lock); return done; }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t length) {
    struct file *one = ours(fd);
    if (!one) return REAL(write)(fd, bytes, length);
    pthread_mutex_lock(&lock);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = REAL(write)(fd, bytes, length);
    wrote(one, at, done);
    pthread_mutex_unlock(&lock);
    return done;
}

#define TRUNCATE(name, offset) int name(int fd, offset length) { \
    struct file *one = ours(fd); if (!one) return REAL(name)(fd, length); \
    pthread_mutex_lock(&lock); int done = REAL(name)(fd, length); \
    if (!done && (one->cut < 0 || length < one->cut)) one->cut = length; pthread_mutex_unlock(&lock); return done; }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name) int name(int fd) { \
    struct file *one = ours(fd); if (!one) { int done = REAL(name)(fd); if (!done) entry_synced(fd); return done; } \
    pthread_mutex_lock(&lock); int done = REAL(name)(fd); if (!done) synced(one, fd); pthread_mutex_unlock(&lock); return done; }
SYNC(fsync)
SYNC(fdatasync)
