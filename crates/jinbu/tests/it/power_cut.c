/* A power cut for SQLite's files: what was written and not synced is lost.
 * Preloaded into the server's process. Beside every file NAME.db and NAME.db-wal it keeps NAME….durable, a copy that
 * receives what was written only when fsync or fdatasync has returned. The test kills the server, throws the real
 * files away and lets the house wake up on the copies: the worst disk that still keeps its word.
 * Kept files (below a folder "files"): a file's bytes count once it was synced, its name once its folder was synced
 * after that; the folder "files.durable" beside it receives what counts.
 * POWER_CUT_FILES_LIE=1 makes syncing kept files do nothing: the control that must lose one.
 * POWER_CUT_LIES=1 makes the disk a liar (a sync that syncs nothing): the control that must lose acts. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
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

/* Kept files: paths of open descriptors below "/files/", and the inodes whose bytes are on the disk. */
static char kept[FDS][1024];
static ino_t safe[RANGES];
static int safes;

static const char *below_files(const char *path) {
    const char *at = strstr(path, "/files/");
    return at ? at : NULL;
}

static void kept_opened(int fd, const char *path) {
    if (fd < 0 || fd >= FDS) return;
    kept[fd][0] = 0;
    if (below_files(path)) snprintf(kept[fd], sizeof kept[fd], "%s", path);
}

static int is_safe(ino_t inode) {
    for (int n = 0; n < safes; n++) if (safe[n] == inode) return 1;
    return 0;
}

/* FOLDER/files/ab -> FOLDER/files.durable/ab, made. */
static void durable_folder(const char *folder, char *out, size_t size) {
    const char *at = below_files(folder);
    snprintf(out, size, "%.*s/files.durable", (int)(at - folder), folder);
    mkdir(out, 0700);
    size_t n = strlen(out);
    snprintf(out + n, size - n, "/%s", at + strlen("/files/"));
    mkdir(out, 0700);
}

static void copy_file(const char *from, const char *to) {
    char bytes[1 << 14];
    int in = REAL(open)(from, O_RDONLY), out = REAL(open)(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t got;
    while (in >= 0 && out >= 0 && (got = read(in, bytes, sizeof bytes)) > 0) if (REAL(write)(out, bytes, (size_t)got) != got) abort();
    if (in >= 0) REAL(close)(in);
    if (out >= 0) REAL(close)(out);
}

static void kept_synced(int fd) {
    struct stat now;
    if (fd < 0 || fd >= FDS || !kept[fd][0] || getenv("POWER_CUT_FILES_LIE") || fstat(fd, &now)) return;
    if (!S_ISDIR(now.st_mode)) {
        if (!is_safe(now.st_ino) && safes < RANGES) safe[safes++] = now.st_ino;
        return;
    }
    char folder[2048], from[2300], to[2400];
    durable_folder(kept[fd], folder, sizeof folder);
    DIR *all = opendir(kept[fd]);
    for (struct dirent *one; all && (one = readdir(all));) {
        snprintf(from, sizeof from, "%s/%s", kept[fd], one->d_name);
        snprintf(to, sizeof to, "%s/%s", folder, one->d_name);
        struct stat file_now;
        if (!stat(from, &file_now) && S_ISREG(file_now.st_mode) && is_safe(file_now.st_ino)) copy_file(from, to);
    }
    if (all) closedir(all);
}

static void opened(int fd, const char *path) {
    kept_opened(fd, path);
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

static void synced(struct file *one, int fd) {
    if (getenv("POWER_CUT_LIES")) return;
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
    int fd = REAL(name)(path, flags, mode); opened(fd, path); return fd; }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (fd >= 0 && fd < FDS) { of_fd[fd] = 0; kept[fd][0] = 0; }
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
    struct file *one = ours(fd); \
    if (!one) { int done = REAL(name)(fd); if (!done) { pthread_mutex_lock(&lock); kept_synced(fd); pthread_mutex_unlock(&lock); } return done; } \
    pthread_mutex_lock(&lock); int done = REAL(name)(fd); if (!done) synced(one, fd); pthread_mutex_unlock(&lock); return done; }
SYNC(fsync)
SYNC(fdatasync)
