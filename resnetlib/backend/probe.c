//go:build linux && cgo && !noxla

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

// The beginning of struct PJRT_Api in openxla/xla's pjrt_c_api.h, which a table of any version has.
typedef struct {
  size_t struct_size;
  void* extension_start;
  struct {
    size_t struct_size;
    void* extension_start;
    int major_version;
    int minor_version;
  } version;
  void* functions[];  // Error_Destroy, Error_Message, Error_GetCode, Plugin_Initialize, Plugin_Attributes, ...
} pjrt_api;

// Functions that are called while a client is made, before any of them could be missed politely.
enum { FIRST_FUNCTIONS = 5, SECONDS = 60 };

// child runs in the forked process only: C alone, no Go, and it never returns.
static void child(const char* path, probe_result* r) {
  // Go's handlers must not run here.
  for (int s = 1; s < NSIG; s++) signal(s, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  alarm(SECONDS);
  int null = open("/dev/null", O_RDWR);  // what a library prints while it loads or dies is not for the user
  if (null >= 0) {
    dup2(null, 1);
    dup2(null, 2);
  }

  r->stage = PROBE_DLOPEN;
  void* library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);  // as go-xla does
  if (!library) {
    const char* message = dlerror();
    strncpy(r->message, message ? message : "", sizeof(r->message) - 1);
    _exit(0);
  }
  r->stage = PROBE_SYMBOL;
  const pjrt_api* (*get)(void) = (const pjrt_api* (*)(void))dlsym(library, "GetPjrtApi");
  if (!get) _exit(0);
  r->stage = PROBE_TABLE;
  const pjrt_api* api = get();
  if (!api) _exit(0);
  r->struct_size = api->struct_size;
  r->major = api->version.major_version;
  r->minor = api->version.minor_version;
  for (int i = 0; i < FIRST_FUNCTIONS; i++) {
    if (api->struct_size < offsetof(pjrt_api, functions) + (i + 1) * sizeof(void*)) break;
    if (!api->functions[i] && !r->missing) r->missing = i + 1;
  }
  r->stage = PROBE_DONE;
  _exit(0);
}

int probe_plugin(const char* path, probe_result* result) {
  probe_result* shared =
      mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return errno;
  memset(shared, 0, sizeof(*shared));

  // No signal may reach the child before it has put the handlers back.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pid_t pid = fork();
  if (pid == 0) child(path, shared);
  int error = pid < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &old, NULL);

  if (pid > 0) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
      if (errno != EINTR) {
        error = errno;
        break;
      }
    }
    *result = *shared;
    if (WIFSIGNALED(status)) result->signal = WTERMSIG(status);
  }
  munmap(shared, sizeof(*shared));
  return error;
}
