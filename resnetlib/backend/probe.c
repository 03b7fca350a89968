//go:build linux && cgo && !noxla

#define _GNU_SOURCE
#include "probe.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// The beginning of struct PJRT_Api in openxla/xla's pjrt_c_api.h, the same in every version from 0.57 on.
typedef struct {
  size_t struct_size;
  void* extension_start;
  struct {
    size_t struct_size;
    void* extension_start;
    int major_version;
    int minor_version;
  } version;
  void* (*functions[])(void*);  // each takes a struct of arguments and returns an error or null
} pjrt_api;

enum { PLUGIN_INITIALIZE = 3, CLIENT_CREATE = 10, FIRST_FUNCTIONS = 11 };  // places in functions

enum { SECONDS = 60 };  // after which a library hangs

// Arguments of PJRT_Plugin_Initialize and PJRT_Client_Create: all zero but for their size.
typedef struct { size_t struct_size; void* fields[1]; } initialize_args;
typedef struct { size_t struct_size; void* fields[10]; } create_args;

// An extension of the table; they are a chain.
typedef struct extension {
  size_t struct_size;
  int type;
  struct extension* next;
} extension;

enum { FFI_EXTENSION = 5 };  // the type of the extension that registers custom calls

static void end(probe_result* r) {
  r->ended = 1;
  _exit(0);
}

// child runs in the forked process only: C alone, no Go, and it never returns.
static void child(const char* path, const probe_needs* needs, probe_result* r, int log) {
  for (int s = 1; s < NSIG; s++) signal(s, SIG_DFL);  // Go's handlers must not run here
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  alarm(SECONDS);
  dup2(log, 1);  // what a library says while it loads or dies is not for the terminal
  dup2(log, 2);

  r->stage = PROBE_DLOPEN;
  void* library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);  // as go-xla does
  if (!library) {
    const char* message = dlerror();
    strncpy(r->message, message ? message : "", sizeof(r->message) - 1);
    end(r);
  }
  r->stage = PROBE_SYMBOL;
  const pjrt_api* (*get)(void) = (const pjrt_api* (*)(void))dlsym(library, "GetPjrtApi");
  if (!get) end(r);

  r->stage = PROBE_TABLE;
  const pjrt_api* api = get();
  if (!api) end(r);
  r->major = api->version.major_version;
  r->minor = api->version.minor_version;
  r->size = api->struct_size;
  for (const extension* e = api->extension_start; e; e = e->next) r->custom_calls |= e->type == FFI_EXTENSION;
  if (r->major == needs->major && r->minor >= needs->minor && r->size >= needs->size) {
    for (int i = 0; i < FIRST_FUNCTIONS && !r->missing; i++) {
      if (!api->functions[i]) r->missing = i + 1;
    }
    if (needs->client && !r->missing) {  // an error is left for go-xla to report; what counts here is to survive
      r->stage = PROBE_CLIENT;
      initialize_args initialize = {sizeof(initialize)};
      create_args create = {sizeof(create)};
      if (!api->functions[PLUGIN_INITIALIZE](&initialize)) api->functions[CLIENT_CREATE](&create);
    }
  }
  r->stage = PROBE_DONE;
  end(r);
}

int probe_plugin(const char* path, const probe_needs* needs, probe_result* result) {
  int error = 0;
  int log = memfd_create("probe", MFD_CLOEXEC);
  if (log < 0) return errno;
  probe_result* shared =
      mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    error = errno;
    close(log);
    return error;
  }

  // No signal may reach the child before it has put the handlers back.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pid_t pid = fork();
  if (pid == 0) child(path, needs, shared, log);
  if (pid < 0) error = errno;
  pthread_sigmask(SIG_SETMASK, &old, NULL);

  if (pid > 0) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && !error) {
      if (errno != EINTR) error = errno;
    }
    *result = *shared;
    if (WIFSIGNALED(status)) result->signal = WTERMSIG(status);
    off_t end = lseek(log, 0, SEEK_END), room = sizeof(result->last_words) - 1;
    ssize_t n = pread(log, result->last_words, room, end > room ? end - room : 0);
    result->last_words[n > 0 ? n : 0] = 0;
  }
  munmap(shared, sizeof(*shared));
  close(log);
  return error;
}
