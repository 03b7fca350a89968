module @Store_Exec_github_com_gomlx_gomlx_ml_model_convertExecFn______func40_1 {
  func.func @main(%arg0: tensor<5x9x7x32xf32>, %_resnet_block_downsample_0_weight: tensor<1x1x32x48xf32>, %_resnet_block_downsample_1_weight: tensor<48xf32>, %_resnet_block_downsample_1_bias: tensor<48xf32>, %_resnet_block_downsample_1_running_mean: tensor<48xf32>, %_resnet_block_downsample_1_running_var: tensor<48xf32>, %_resnet_block_downsample_1_num_batches_tracked: tensor<i64>, %_resnet_block_conv1_weight: tensor<3x3x32x48xf32>, %_resnet_block_bn1_weight: tensor<48xf32>, %_resnet_block_bn1_bias: tensor<48xf32>, %_resnet_block_bn1_running_mean: tensor<48xf32>, %_resnet_block_bn1_running_var: tensor<48xf32>, %_resnet_block_bn1_num_batches_tracked: tensor<i64>, %_resnet_block_conv2_weight: tensor<3x3x48x48xf32>, %_resnet_block_bn2_weight: tensor<48xf32>, %_resnet_block_bn2_bias: tensor<48xf32>, %_resnet_block_bn2_running_mean: tensor<48xf32>, %_resnet_block_bn2_running_var: tensor<48xf32>, %_resnet_block_bn2_num_batches_tracked: tensor<i64>) -> (tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<5x5x4x48xf32>, tensor<3x3x32x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<3x3x48x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<1x1x32x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>) {
    %0 = "stablehlo.convolution"(%arg0, %_resnet_block_downsample_0_weight) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[0, 0], [0, 0]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 2, 2>
    } : (tensor<5x9x7x32xf32>, tensor<1x1x32x48xf32>) -> tensor<5x5x4x48xf32>
    %1, %2, %3 = "stablehlo.batch_norm_training"(%0, %_resnet_block_downsample_1_weight, %_resnet_block_downsample_1_bias) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %4 = "stablehlo.constant"() { value = dense<1.0101009607315063> : tensor<f32> } : () -> tensor<f32>
    %5 = "stablehlo.broadcast_in_dim"(%4) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %6 = "stablehlo.multiply"(%3, %5) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %7 = "stablehlo.constant"() { value = dense<0.8999999761581421> : tensor<f32> } : () -> tensor<f32>
    %8 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %9 = "stablehlo.multiply"(%_resnet_block_downsample_1_running_mean, %8) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %10 = "stablehlo.reshape"(%2) : (tensor<48xf32>) -> tensor<48xf32>
    %11 = "stablehlo.constant"() { value = dense<0.10000000149011612> : tensor<f32> } : () -> tensor<f32>
    %12 = "stablehlo.broadcast_in_dim"(%11) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %13 = "stablehlo.multiply"(%10, %12) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %14 = "stablehlo.add"(%9, %13) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %15 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %16 = "stablehlo.multiply"(%_resnet_block_downsample_1_running_var, %15) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %17 = "stablehlo.reshape"(%6) : (tensor<48xf32>) -> tensor<48xf32>
    %18 = "stablehlo.broadcast_in_dim"(%11) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %19 = "stablehlo.multiply"(%17, %18) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %20 = "stablehlo.add"(%16, %19) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %21 = "stablehlo.constant"() { value = dense<1> : tensor<i64> } : () -> tensor<i64>
    %22 = "stablehlo.add"(%21, %_resnet_block_downsample_1_num_batches_tracked) : (tensor<i64>, tensor<i64>) -> tensor<i64>
    %23 = "stablehlo.convolution"(%arg0, %_resnet_block_conv1_weight) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 2, 2>
    } : (tensor<5x9x7x32xf32>, tensor<3x3x32x48xf32>) -> tensor<5x5x4x48xf32>
    %24, %25, %26 = "stablehlo.batch_norm_training"(%23, %_resnet_block_bn1_weight, %_resnet_block_bn1_bias) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %27 = "stablehlo.broadcast_in_dim"(%4) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %28 = "stablehlo.multiply"(%26, %27) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %29 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %30 = "stablehlo.multiply"(%_resnet_block_bn1_running_mean, %29) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %31 = "stablehlo.reshape"(%25) : (tensor<48xf32>) -> tensor<48xf32>
    %32 = "stablehlo.broadcast_in_dim"(%11) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %33 = "stablehlo.multiply"(%31, %32) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %34 = "stablehlo.add"(%30, %33) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %35 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %36 = "stablehlo.multiply"(%_resnet_block_bn1_running_var, %35) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %37 = "stablehlo.reshape"(%28) : (tensor<48xf32>) -> tensor<48xf32>
    %38 = "stablehlo.broadcast_in_dim"(%11) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %39 = "stablehlo.multiply"(%37, %38) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %40 = "stablehlo.add"(%36, %39) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %41 = "stablehlo.add"(%21, %_resnet_block_bn1_num_batches_tracked) : (tensor<i64>, tensor<i64>) -> tensor<i64>
    %43 = "stablehlo.constant"() { value = dense<0xff800000> : tensor<f32> } : () -> tensor<f32>
    %44 = "stablehlo.reduce"(%24, %43) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
          %42 = "stablehlo.maximum"(%lhs, %rhs) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%42) : (tensor<f32>) -> ()
    }) { dimensions = array<i64: 0, 1, 2, 3> } : (tensor<5x5x4x48xf32>, tensor<f32>) -> tensor<f32>
    %45 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %46 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %47 = "stablehlo.compare"(%24, %46) {
      compare_type = #stablehlo<comparison_type FLOAT>,
      comparison_direction = #stablehlo<comparison_direction LE>
    } : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xi1>
    %48 = "stablehlo.select"(%47, %46, %24) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %49 = "stablehlo.convolution"(%48, %_resnet_block_conv2_weight) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<5x5x4x48xf32>, tensor<3x3x48x48xf32>) -> tensor<5x5x4x48xf32>
    %50, %51, %52 = "stablehlo.batch_norm_training"(%49, %_resnet_block_bn2_weight, %_resnet_block_bn2_bias) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %53 = "stablehlo.broadcast_in_dim"(%4) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %54 = "stablehlo.multiply"(%52, %53) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %55 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %56 = "stablehlo.multiply"(%_resnet_block_bn2_running_mean, %55) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %57 = "stablehlo.reshape"(%51) : (tensor<48xf32>) -> tensor<48xf32>
    %58 = "stablehlo.broadcast_in_dim"(%11) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %59 = "stablehlo.multiply"(%57, %58) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %60 = "stablehlo.add"(%56, %59) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %61 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %62 = "stablehlo.multiply"(%_resnet_block_bn2_running_var, %61) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %63 = "stablehlo.reshape"(%54) : (tensor<48xf32>) -> tensor<48xf32>
    %64 = "stablehlo.broadcast_in_dim"(%11) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %65 = "stablehlo.multiply"(%63, %64) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %66 = "stablehlo.add"(%62, %65) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %67 = "stablehlo.add"(%21, %_resnet_block_bn2_num_batches_tracked) : (tensor<i64>, tensor<i64>) -> tensor<i64>
    %68 = "stablehlo.constant"() { value = dense<0xff800000> : tensor<f32> } : () -> tensor<f32>
    %69 = "stablehlo.reduce"(%50, %68) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
          %42 = "stablehlo.maximum"(%lhs, %rhs) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%42) : (tensor<f32>) -> ()
    }) { dimensions = array<i64: 0, 1, 2, 3> } : (tensor<5x5x4x48xf32>, tensor<f32>) -> tensor<f32>
    %70 = "stablehlo.add"(%44, %69) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %71 = "stablehlo.add"(%50, %1) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %72 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %73 = "stablehlo.compare"(%71, %72) {
      compare_type = #stablehlo<comparison_type FLOAT>,
      comparison_direction = #stablehlo<comparison_direction LE>
    } : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xi1>
    %74 = "stablehlo.select"(%73, %72, %71) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %75 = "stablehlo.multiply"(%70, %45) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %76 = "stablehlo.broadcast_in_dim"(%75) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %77 = "stablehlo.add"(%74, %76) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %78 = "stablehlo.iota"() { iota_dimension = 0 : i64 } : () -> tensor<4800xf32>
    %79 = "stablehlo.reshape"(%78) : (tensor<4800xf32>) -> tensor<5x5x4x48xf32>
    %80 = "stablehlo.constant"() { value = dense<0.30000001192092896> : tensor<f32> } : () -> tensor<f32>
    %81 = "stablehlo.broadcast_in_dim"(%80) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %82 = "stablehlo.multiply"(%79, %81) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %83 = "stablehlo.sine"(%82) : (tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %84 = "stablehlo.multiply"(%77, %83) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %86 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %87 = "stablehlo.reduce"(%84, %86) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
          %85 = "stablehlo.add"(%lhs, %rhs) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%85) : (tensor<f32>) -> ()
    }) { dimensions = array<i64: 0, 1, 2, 3> } : (tensor<5x5x4x48xf32>, tensor<f32>) -> tensor<f32>
    %88 = "stablehlo.constant"() { value = dense<1.0> : tensor<f32> } : () -> tensor<f32>
    %89 = "stablehlo.reshape"(%88) : (tensor<f32>) -> tensor<1x1x1x1xf32>
    %90 = "stablehlo.broadcast_in_dim"(%89) { broadcast_dimensions = array<i64: 0, 1, 2, 3> } : (tensor<1x1x1x1xf32>) -> tensor<5x5x4x48xf32>
    %91 = "stablehlo.multiply"(%90, %83) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %92 = "stablehlo.multiply"(%90, %77) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %93 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %94 = "stablehlo.reduce"(%91, %93) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
          %85 = "stablehlo.add"(%lhs, %rhs) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%85) : (tensor<f32>) -> ()
    }) { dimensions = array<i64: 0, 1, 2, 3> } : (tensor<5x5x4x48xf32>, tensor<f32>) -> tensor<f32>
    %95 = "stablehlo.multiply"(%94, %45) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %96 = "stablehlo.multiply"(%94, %70) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %97 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %98 = "stablehlo.select"(%73, %91, %97) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %99 = "stablehlo.select"(%73, %97, %91) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %100 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %101 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %102, %103, %104 = "stablehlo.batch_norm_grad"(%49, %_resnet_block_bn2_weight, %51, %52, %99) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<5x5x4x48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %105 = "stablehlo.reverse"(%_resnet_block_conv2_weight) { dimensions = array<i64: 0, 1> } : (tensor<3x3x48x48xf32>) -> tensor<3x3x48x48xf32>
    %106 = "stablehlo.convolution"(%102, %105) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<5x5x4x48xf32>, tensor<3x3x48x48xf32>) -> tensor<5x5x4x48xf32>
    %107 = "stablehlo.convolution"(%48, %102) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<3x3x48x48xf32>
    %108 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %109 = "stablehlo.select"(%47, %106, %108) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %110 = "stablehlo.select"(%47, %108, %106) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %111 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %112 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %113, %114, %115 = "stablehlo.batch_norm_grad"(%23, %_resnet_block_bn1_weight, %25, %26, %110) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<5x5x4x48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %116 = "stablehlo.reverse"(%_resnet_block_conv1_weight) { dimensions = array<i64: 0, 1> } : (tensor<3x3x32x48xf32>) -> tensor<3x3x32x48xf32>
    %117 = "stablehlo.convolution"(%113, %116) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 2, 2>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<5x5x4x48xf32>, tensor<3x3x32x48xf32>) -> tensor<5x9x7x32xf32>
    %118 = "stablehlo.convolution"(%arg0, %113) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[1, 1], [1, 1]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 2, 2>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<5x9x7x32xf32>, tensor<5x5x4x48xf32>) -> tensor<3x3x32x48xf32>
    %119 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %120 = "stablehlo.broadcast_in_dim"(%45) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %121, %122, %123 = "stablehlo.batch_norm_grad"(%0, %_resnet_block_downsample_1_weight, %2, %3, %99) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<5x5x4x48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %124 = "stablehlo.reverse"(%_resnet_block_downsample_0_weight) { dimensions = array<i64: 0, 1> } : (tensor<1x1x32x48xf32>) -> tensor<1x1x32x48xf32>
    %125 = "stablehlo.convolution"(%121, %124) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 2, 2>,
      padding = dense<[[0, 0], [0, 0]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<5x5x4x48xf32>, tensor<1x1x32x48xf32>) -> tensor<5x9x7x32xf32>
    %126 = "stablehlo.convolution"(%arg0, %121) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<[[0, 0], [0, 0]]> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 2, 2>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<5x9x7x32xf32>, tensor<5x5x4x48xf32>) -> tensor<1x1x32x48xf32>
    %127 = "stablehlo.add"(%117, %125) : (tensor<5x9x7x32xf32>, tensor<5x9x7x32xf32>) -> tensor<5x9x7x32xf32>
    "stablehlo.return"(%34, %40, %41, %60, %66, %67, %14, %20, %22, %77, %118, %114, %115, %107, %103, %104, %126, %122, %123, %34, %40, %60, %66, %14, %20) : (tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<5x5x4x48xf32>, tensor<3x3x32x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<3x3x48x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<1x1x32x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>) -> ()
  }
}
