// What a PJRT plugin says of itself, asked in a forked child.

enum { PROBE_START, PROBE_DLOPEN, PROBE_SYMBOL, PROBE_TABLE, PROBE_DONE };

typedef struct {
  int stage;         // the last step begun; PROBE_DONE: all went well
  int signal;        // that ended the child, or 0
  int major, minor;  // of the PJRT C API
  int missing;       // first function pointer that go-xla needs and that is null, counted from 1; 0: none
  unsigned long struct_size;
  char message[512];  // dlerror's, for PROBE_DLOPEN
} probe_result;

// probe_plugin fills *result and returns 0, or returns the errno of what kept it from trying.
int probe_plugin(const char* path, probe_result* result);
