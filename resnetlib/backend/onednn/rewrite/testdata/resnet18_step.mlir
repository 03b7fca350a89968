module @main {
  func.func @main(%arg0: tensor<2x32x32x3xf32>, %_resnet_conv1_weight: tensor<7x7x3x64xf32>, %_resnet_layer3_0_conv1_weight: tensor<3x3x128x256xf32>, %_resnet_layer4_1_conv2_weight: tensor<3x3x512x512xf32>) -> () {
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
    %2 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %3 = "stablehlo.reduce"(%0, %2) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
          %1 = "stablehlo.add"(%lhs, %rhs) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%1) : (tensor<f32>) -> ()
    }) { dimensions = array<i64: 0, 1, 2> } : (tensor<2x16x16x64xf32>, tensor<f32>) -> tensor<64xf32>
    %4 = "stablehlo.constant"() { value = dense<0.001953125> : tensor<f32> } : () -> tensor<f32>
    %548 = "stablehlo.convolution"(%497, %_resnet_layer3_0_conv1_weight) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 2, 2>
    } : (tensor<2x4x4x128xf32>, tensor<3x3x128x256xf32>) -> tensor<2x2x2x256xf32>
    %923 = "stablehlo.convolution"(%922, %_resnet_layer4_1_conv2_weight) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x1x1x512xf32>, tensor<3x3x512x512xf32>) -> tensor<2x1x1x512xf32>
    %1068 = "stablehlo.reverse"(%_resnet_layer4_1_conv2_weight) { dimensions = array<i64: 0, 1> } : (tensor<3x3x512x512xf32>) -> tensor<3x3x512x512xf32>
    %1069 = "stablehlo.convolution"(%1053, %1068) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x1x1x512xf32>, tensor<3x3x512x512xf32>) -> tensor<2x1x1x512xf32>
    %1070 = "stablehlo.convolution"(%922, %1053) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x1x1x512xf32>, tensor<2x1x1x512xf32>) -> tensor<3x3x512x512xf32>
    %1071 = "stablehlo.broadcast_in_dim"(%52) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<2x1x1x512xf32>
    %1072 = "stablehlo.subtract"(%1071, %920) : (tensor<2x1x1x512xf32>, tensor<2x1x1x512xf32>) -> tensor<2x1x1x512xf32>
    %1073 = "stablehlo.sign"(%1072) : (tensor<2x1x1x512xf32>) -> tensor<2x1x1x512xf32>
    %1074 = "stablehlo.broadcast_in_dim"(%20) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<2x1x1x512xf32>
    %1075 = "stablehlo.add"(%1073, %1074) : (tensor<2x1x1x512xf32>, tensor<2x1x1x512xf32>) -> tensor<2x1x1x512xf32>
    %1631 = "stablehlo.reverse"(%_resnet_layer3_0_conv1_weight) { dimensions = array<i64: 0, 1> } : (tensor<3x3x128x256xf32>) -> tensor<3x3x128x256xf32>
    %1632 = "stablehlo.convolution"(%1616, %1631) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 2, 2>,
      padding = dense<[[1, 2], [1, 2]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x2x2x256xf32>, tensor<3x3x128x256xf32>) -> tensor<2x4x4x128xf32>
    %1633 = "stablehlo.convolution"(%497, %1616) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 0], [1, 0]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 2, 2>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x4x4x128xf32>, tensor<2x2x2x256xf32>) -> tensor<3x3x128x256xf32>
    %1634 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %1635 = "stablehlo.reduce"(%1503, %1634) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
    %2492 = "stablehlo.reverse"(%_resnet_conv1_weight) { dimensions = array<i64: 0, 1> } : (tensor<7x7x3x64xf32>) -> tensor<7x7x3x64xf32>
    %2493 = "stablehlo.convolution"(%2477, %2492) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 2, 2>,
      padding = dense<[[3, 4], [3, 4]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x16x16x64xf32>, tensor<7x7x3x64xf32>) -> tensor<2x32x32x3xf32>
    %2494 = "stablehlo.convolution"(%arg0, %2477) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[3, 2], [3, 2]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 2, 2>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x32x32x3xf32>, tensor<2x16x16x64xf32>) -> tensor<7x7x3x64xf32>
  }
}
