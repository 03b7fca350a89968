module @main {
  func.func @main(%arg0: tensor<2x32x32x3xf32>, %_resnet_conv1_weight: tensor<7x7x3x64xf32>, %_resnet_bn1_weight: tensor<64xf32>, %_resnet_bn1_running_var: tensor<64xf32>, %_resnet_bn1_bias: tensor<64xf32>, %_resnet_layer1_0_conv2_weight: tensor<3x3x64x64xf32>, %_resnet_layer1_0_bn2_weight: tensor<64xf32>, %_resnet_layer1_0_bn2_running_var: tensor<64xf32>, %_resnet_layer1_0_bn2_bias: tensor<64xf32>, %_resnet_layer1_0_bn2_running_mean: tensor<64xf32>) -> () {
    %0 = "stablehlo.convolution"(%arg0, %_resnet_conv1_weight) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[3, 3], [3, 3]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 2, 2>
    } : (tensor<2x32x32x3xf32>, tensor<7x7x3x64xf32>) -> tensor<2x16x16x64xf32>
    %1 = "stablehlo.reshape"(%_resnet_bn1_weight) : (tensor<64xf32>) -> tensor<1x1x1x64xf32>
    %2 = "stablehlo.reshape"(%_resnet_bn1_running_var) : (tensor<64xf32>) -> tensor<1x1x1x64xf32>
    %3 = "stablehlo.constant"() { value = dense<9.999999747378752e-06> : tensor<f32> } : () -> tensor<f32>
    %4 = "stablehlo.broadcast_in_dim"(%3) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<1x1x1x64xf32>
    %5 = "stablehlo.add"(%2, %4) : (tensor<1x1x1x64xf32>, tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %6 = "stablehlo.sqrt"(%5) : (tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %7 = "stablehlo.constant"() { value = dense<1.0> : tensor<f32> } : () -> tensor<f32>
    %8 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<1x1x1x64xf32>
    %9 = "stablehlo.divide"(%8, %6) : (tensor<1x1x1x64xf32>, tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %10 = "stablehlo.multiply"(%1, %9) : (tensor<1x1x1x64xf32>, tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %11 = "stablehlo.reshape"(%_resnet_bn1_bias) : (tensor<64xf32>) -> tensor<1x1x1x64xf32>
    %57 = "stablehlo.add"(%55, %56) : (tensor<2x8x8x64xf32>, tensor<2x8x8x64xf32>) -> tensor<2x8x8x64xf32>
    %58 = "stablehlo.broadcast_in_dim"(%19) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<2x8x8x64xf32>
    %59 = "stablehlo.maximum"(%58, %57) : (tensor<2x8x8x64xf32>, tensor<2x8x8x64xf32>) -> tensor<2x8x8x64xf32>
    %60 = "stablehlo.convolution"(%59, %_resnet_layer1_0_conv2_weight) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x8x8x64xf32>, tensor<3x3x64x64xf32>) -> tensor<2x8x8x64xf32>
    %61 = "stablehlo.reshape"(%_resnet_layer1_0_bn2_weight) : (tensor<64xf32>) -> tensor<1x1x1x64xf32>
    %62 = "stablehlo.reshape"(%_resnet_layer1_0_bn2_running_var) : (tensor<64xf32>) -> tensor<1x1x1x64xf32>
    %63 = "stablehlo.broadcast_in_dim"(%3) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<1x1x1x64xf32>
    %64 = "stablehlo.add"(%62, %63) : (tensor<1x1x1x64xf32>, tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %65 = "stablehlo.sqrt"(%64) : (tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %66 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<1x1x1x64xf32>
    %67 = "stablehlo.divide"(%66, %65) : (tensor<1x1x1x64xf32>, tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %68 = "stablehlo.multiply"(%61, %67) : (tensor<1x1x1x64xf32>, tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %69 = "stablehlo.reshape"(%_resnet_layer1_0_bn2_bias) : (tensor<64xf32>) -> tensor<1x1x1x64xf32>
    %70 = "stablehlo.reshape"(%_resnet_layer1_0_bn2_running_mean) : (tensor<64xf32>) -> tensor<1x1x1x64xf32>
    %71 = "stablehlo.multiply"(%70, %68) : (tensor<1x1x1x64xf32>, tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %72 = "stablehlo.subtract"(%69, %71) : (tensor<1x1x1x64xf32>, tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
    %73 = "stablehlo.broadcast_in_dim"(%68) { broadcast_dimensions = array<i64: 0, 1, 2, 3> } : (tensor<1x1x1x64xf32>) -> tensor<2x8x8x64xf32>
    %74 = "stablehlo.multiply"(%60, %73) : (tensor<2x8x8x64xf32>, tensor<2x8x8x64xf32>) -> tensor<2x8x8x64xf32>
    %75 = "stablehlo.broadcast_in_dim"(%72) { broadcast_dimensions = array<i64: 0, 1, 2, 3> } : (tensor<1x1x1x64xf32>) -> tensor<2x8x8x64xf32>
  }
}
