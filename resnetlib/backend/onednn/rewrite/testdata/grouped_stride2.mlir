module @main {
  func.func @main(%arg0: tensor<2x9x9x8xf32>, %arg1: tensor<3x3x2x12xf32>) -> (tensor<2x5x5x12xf32>, tensor<2x9x9x8xf32>, tensor<3x3x2x12xf32>) {
    %0 = "stablehlo.convolution"(%arg0, %arg1) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 4 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 2, 2>
    } : (tensor<2x9x9x8xf32>, tensor<3x3x2x12xf32>) -> tensor<2x5x5x12xf32>
    %1 = "stablehlo.constant"() { value = dense<2.0> : tensor<f32> } : () -> tensor<f32>
    %2 = "stablehlo.broadcast_in_dim"(%1) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<2x5x5x12xf32>
    %3 = "stablehlo.multiply"(%0, %2) : (tensor<2x5x5x12xf32>, tensor<2x5x5x12xf32>) -> tensor<2x5x5x12xf32>
    %4 = "stablehlo.reshape"(%arg1) : (tensor<3x3x2x12xf32>) -> tensor<3x3x2x4x3xf32>
    %5 = "stablehlo.transpose"(%4) { permutation = array<i64: 0, 1, 4, 3, 2> } : (tensor<3x3x2x4x3xf32>) -> tensor<3x3x3x4x2xf32>
    %6 = "stablehlo.reshape"(%5) : (tensor<3x3x3x4x2xf32>) -> tensor<3x3x3x8xf32>
    %7 = "stablehlo.reverse"(%6) { dimensions = array<i64: 0, 1> } : (tensor<3x3x3x8xf32>) -> tensor<3x3x3x8xf32>
    %8 = "stablehlo.convolution"(%3, %7) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 4 : i64,
      lhs_dilation = array<i64: 2, 2>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x5x5x12xf32>, tensor<3x3x3x8xf32>) -> tensor<2x9x9x8xf32>
    %9 = "stablehlo.convolution"(%arg0, %3) {
      batch_group_count = 4 : i64,
      dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 2, 2>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x9x9x8xf32>, tensor<2x5x5x12xf32>) -> tensor<3x3x2x12xf32>
    "stablehlo.return"(%0, %8, %9) : (tensor<2x5x5x12xf32>, tensor<2x9x9x8xf32>, tensor<3x3x2x12xf32>) -> ()
  }
}
