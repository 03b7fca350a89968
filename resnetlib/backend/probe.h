// What a PJRT plugin says of itself, asked in a forked child.

enum { PROBE_START, PROBE_DLOPEN, PROBE_SYMBOL, PROBE_TABLE, PROBE_CLIENT, PROBE_DONE };

typedef struct {
  int stage;               // the last step begun; PROBE_DONE: all that was to be tried went well
  int ended;               // 1: the child ended where it meant to
  int signal;              // that ended the child, or 0
  int major, minor;        // of the PJRT C API
  int custom_calls;        // 1: the table has the extension that registers custom calls
  int missing;             // first function that making a client needs and that is null, counted from 1; 0: none
  unsigned long size;      // of the table in bytes
  char message[512];       // dlerror's, for PROBE_DLOPEN
  char last_words[512];    // the end of what was written to stderr
} probe_result;

// What a table must have before any of its functions is called.
typedef struct {
  int major, minor;
  unsigned long size;
  int client;  // 1: make a client too, where the table is fit for it
} probe_needs;

// probe_plugin fills *result and returns 0, or returns the errno of what kept it from trying.
int probe_plugin(const char* path, const probe_needs* needs, probe_result* result);
