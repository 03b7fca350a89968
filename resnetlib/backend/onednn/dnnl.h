// The part of oneDNN's C interface (version 3) that is used, declared anew: the library is opened at run time, and its headers are not needed to
// build (https://uxlfoundation.github.io/oneDNN/v3.2/dev_guide_c_api.html).

#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct dnnl_engine* dnnl_engine;
typedef struct dnnl_stream* dnnl_stream;
typedef struct dnnl_memory* dnnl_memory;
typedef struct dnnl_memory_desc* dnnl_memory_desc;
typedef struct dnnl_primitive* dnnl_primitive;
typedef struct dnnl_primitive_desc* dnnl_primitive_desc;
typedef struct dnnl_primitive_attr* dnnl_primitive_attr;
typedef struct dnnl_post_ops* dnnl_post_ops;

typedef int64_t dnnl_dims[12];

typedef struct {
  int arg;
  dnnl_memory memory;
} dnnl_exec_arg;

typedef struct {
  int major, minor, patch;
} dnnl_version_numbers;  // the beginning of what dnnl_version returns

enum { DNNL_MAJOR = 3 };  // the version whose interface this is
enum { DNNL_SUCCESS = 0 };
enum { DNNL_ENGINE_CPU = 1 };
enum { DNNL_STREAM_IN_ORDER = 1 };
enum { DNNL_FLOAT32 = 3 };
enum { DNNL_FORMAT_ANY = 1, DNNL_FORMAT_A = 2 };  // the library chooses; a vector
enum { DNNL_FORWARD_TRAINING = 64 };
enum { DNNL_CONVOLUTION_DIRECT = 1 };
enum { DNNL_SCRATCHPAD_USER = 1 };
enum { DNNL_ELTWISE_RELU = 32 };

enum { DNNL_QUERY_WEIGHTS = 131, DNNL_QUERY_DIFF_WEIGHTS = 132, DNNL_QUERY_SCRATCHPAD = 136 };

enum {
  DNNL_ARG_SRC = 1,
  DNNL_ARG_DST = 17,
  DNNL_ARG_WEIGHTS = 33,
  DNNL_ARG_BIAS = 41,
  DNNL_ARG_SCRATCHPAD = 80,
  DNNL_ARG_DIFF_SRC = 129,
  DNNL_ARG_DIFF_DST = 145,
  DNNL_ARG_DIFF_WEIGHTS = 161,
  DNNL_ARG_SCALES = 4096,        // or-ed with an argument: the factors of its values
  DNNL_ARG_FROM = DNNL_ARG_SRC,  // of a reorder
  DNNL_ARG_TO = DNNL_ARG_DST,
};

// DNNL_FUNCTIONS lists the functions: name without "dnnl_", type of its result, types of its arguments.
#define DNNL_FUNCTIONS(F)                                                                                                      \
  F(version, const dnnl_version_numbers*, (void))                                                                              \
  F(engine_create, int, (dnnl_engine*, int kind, size_t index))                                                                \
  F(stream_create, int, (dnnl_stream*, dnnl_engine, unsigned flags))                                                           \
  F(stream_destroy, int, (dnnl_stream))                                                                                        \
  F(memory_desc_create_with_strides, int, (dnnl_memory_desc*, int, const dnnl_dims, int type, const dnnl_dims strides))        \
  F(memory_desc_create_with_tag, int, (dnnl_memory_desc*, int, const dnnl_dims, int type, int tag))                            \
  F(memory_desc_create_submemory, int,                                                                                         \
    (dnnl_memory_desc*, const struct dnnl_memory_desc* parent, const dnnl_dims sizes, const dnnl_dims offsets))                \
  F(memory_desc_destroy, int, (dnnl_memory_desc))                                                                              \
  F(memory_desc_equal, int, (const struct dnnl_memory_desc*, const struct dnnl_memory_desc*))                                  \
  F(memory_desc_get_size, size_t, (const struct dnnl_memory_desc*))                                                            \
  F(memory_create, int, (dnnl_memory*, const struct dnnl_memory_desc*, dnnl_engine, void*))                                    \
  F(memory_destroy, int, (dnnl_memory))                                                                                        \
  F(primitive_attr_create, int, (dnnl_primitive_attr*))                                                                        \
  F(primitive_attr_destroy, int, (dnnl_primitive_attr))                                                                        \
  F(primitive_attr_set_scratchpad_mode, int, (dnnl_primitive_attr, int))                                                       \
  F(primitive_attr_set_scales_mask, int, (dnnl_primitive_attr, int argument, int mask))                                        \
  F(primitive_attr_set_post_ops, int, (dnnl_primitive_attr, const struct dnnl_post_ops*))                                      \
  F(post_ops_create, int, (dnnl_post_ops*))                                                                                    \
  F(post_ops_destroy, int, (dnnl_post_ops))                                                                                    \
  F(post_ops_append_sum, int, (dnnl_post_ops, float scale, int32_t zero_point, int type))                                      \
  F(post_ops_append_eltwise, int, (dnnl_post_ops, int algorithm, float alpha, float beta))                                     \
  F(primitive_desc_destroy, int, (dnnl_primitive_desc))                                                                        \
  F(primitive_desc_query_md, const struct dnnl_memory_desc*, (dnnl_primitive_desc, int what, int index))                       \
  F(primitive_create, int, (dnnl_primitive*, dnnl_primitive_desc))                                                             \
  F(primitive_destroy, int, (dnnl_primitive))                                                                                  \
  F(primitive_execute, int, (dnnl_primitive, dnnl_stream, int, const dnnl_exec_arg*))                                          \
  F(reorder_primitive_desc_create, int,                                                                                        \
    (dnnl_primitive_desc*, const struct dnnl_memory_desc* from, dnnl_engine, const struct dnnl_memory_desc* to, dnnl_engine,   \
     dnnl_primitive_attr))                                                                                                     \
  F(convolution_forward_primitive_desc_create, int,                                                                            \
    (dnnl_primitive_desc*, dnnl_engine, int propagation, int algorithm, dnnl_memory_desc src, dnnl_memory_desc weights,        \
     dnnl_memory_desc bias, dnnl_memory_desc dst, const dnnl_dims strides, const dnnl_dims dilations, const dnnl_dims before,  \
     const dnnl_dims after, dnnl_primitive_attr))                                                                              \
  F(convolution_backward_data_primitive_desc_create, int,                                                                      \
    (dnnl_primitive_desc*, dnnl_engine, int algorithm, dnnl_memory_desc diff_src, dnnl_memory_desc weights,                    \
     dnnl_memory_desc diff_dst, const dnnl_dims strides, const dnnl_dims dilations, const dnnl_dims before,                    \
     const dnnl_dims after, dnnl_primitive_desc forward, dnnl_primitive_attr))                                                 \
  F(convolution_backward_weights_primitive_desc_create, int,                                                                   \
    (dnnl_primitive_desc*, dnnl_engine, int algorithm, dnnl_memory_desc src, dnnl_memory_desc diff_weights,                    \
     dnnl_memory_desc diff_bias, dnnl_memory_desc diff_dst, const dnnl_dims strides, const dnnl_dims dilations,                \
     const dnnl_dims before, const dnnl_dims after, dnnl_primitive_desc forward, dnnl_primitive_attr))
