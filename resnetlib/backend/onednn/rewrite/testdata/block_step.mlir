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
    %42 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %43 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %44 = "stablehlo.compare"(%24, %43) {
      compare_type = #stablehlo<comparison_type FLOAT>,
      comparison_direction = #stablehlo<comparison_direction LE>
    } : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xi1>
    %45 = "stablehlo.select"(%44, %43, %24) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %46 = "stablehlo.convolution"(%45, %_resnet_block_conv2_weight) {
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
    %47, %48, %49 = "stablehlo.batch_norm_training"(%46, %_resnet_block_bn2_weight, %_resnet_block_bn2_bias) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %50 = "stablehlo.broadcast_in_dim"(%4) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %51 = "stablehlo.multiply"(%49, %50) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %52 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %53 = "stablehlo.multiply"(%_resnet_block_bn2_running_mean, %52) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %54 = "stablehlo.reshape"(%48) : (tensor<48xf32>) -> tensor<48xf32>
    %55 = "stablehlo.broadcast_in_dim"(%11) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %56 = "stablehlo.multiply"(%54, %55) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %57 = "stablehlo.add"(%53, %56) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %58 = "stablehlo.broadcast_in_dim"(%7) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %59 = "stablehlo.multiply"(%_resnet_block_bn2_running_var, %58) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %60 = "stablehlo.reshape"(%51) : (tensor<48xf32>) -> tensor<48xf32>
    %61 = "stablehlo.broadcast_in_dim"(%11) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %62 = "stablehlo.multiply"(%60, %61) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %63 = "stablehlo.add"(%59, %62) : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %64 = "stablehlo.add"(%21, %_resnet_block_bn2_num_batches_tracked) : (tensor<i64>, tensor<i64>) -> tensor<i64>
    %65 = "stablehlo.add"(%47, %1) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %66 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %67 = "stablehlo.compare"(%65, %66) {
      compare_type = #stablehlo<comparison_type FLOAT>,
      comparison_direction = #stablehlo<comparison_direction LE>
    } : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xi1>
    %68 = "stablehlo.select"(%67, %66, %65) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %69 = "stablehlo.iota"() { iota_dimension = 0 : i64 } : () -> tensor<4800xf32>
    %70 = "stablehlo.reshape"(%69) : (tensor<4800xf32>) -> tensor<5x5x4x48xf32>
    %71 = "stablehlo.constant"() { value = dense<0.30000001192092896> : tensor<f32> } : () -> tensor<f32>
    %72 = "stablehlo.broadcast_in_dim"(%71) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %73 = "stablehlo.multiply"(%70, %72) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %74 = "stablehlo.sine"(%73) : (tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %75 = "stablehlo.multiply"(%68, %74) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %77 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %78 = "stablehlo.reduce"(%75, %77) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
          %76 = "stablehlo.add"(%lhs, %rhs) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%76) : (tensor<f32>) -> ()
    }) { dimensions = array<i64: 0, 1, 2, 3> } : (tensor<5x5x4x48xf32>, tensor<f32>) -> tensor<f32>
    %79 = "stablehlo.constant"() { value = dense<1.0> : tensor<f32> } : () -> tensor<f32>
    %80 = "stablehlo.reshape"(%79) : (tensor<f32>) -> tensor<1x1x1x1xf32>
    %81 = "stablehlo.broadcast_in_dim"(%80) { broadcast_dimensions = array<i64: 0, 1, 2, 3> } : (tensor<1x1x1x1xf32>) -> tensor<5x5x4x48xf32>
    %82 = "stablehlo.multiply"(%81, %74) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %83 = "stablehlo.multiply"(%81, %68) : (tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %84 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %85 = "stablehlo.select"(%67, %82, %84) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %86 = "stablehlo.select"(%67, %84, %82) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %87 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %88 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %89, %90, %91 = "stablehlo.batch_norm_grad"(%46, %_resnet_block_bn2_weight, %48, %49, %86) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<5x5x4x48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %92 = "stablehlo.reverse"(%_resnet_block_conv2_weight) { dimensions = array<i64: 0, 1> } : (tensor<3x3x48x48xf32>) -> tensor<3x3x48x48xf32>
    %93 = "stablehlo.convolution"(%89, %92) {
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
    %94 = "stablehlo.convolution"(%45, %89) {
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
    %95 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<5x5x4x48xf32>
    %96 = "stablehlo.select"(%44, %93, %95) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %97 = "stablehlo.select"(%44, %95, %93) : (tensor<5x5x4x48xi1>, tensor<5x5x4x48xf32>, tensor<5x5x4x48xf32>) -> tensor<5x5x4x48xf32>
    %98 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %99 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %100, %101, %102 = "stablehlo.batch_norm_grad"(%23, %_resnet_block_bn1_weight, %25, %26, %97) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<5x5x4x48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %103 = "stablehlo.reverse"(%_resnet_block_conv1_weight) { dimensions = array<i64: 0, 1> } : (tensor<3x3x32x48xf32>) -> tensor<3x3x32x48xf32>
    %104 = "stablehlo.convolution"(%100, %103) {
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
    %105 = "stablehlo.convolution"(%arg0, %100) {
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
    %106 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %107 = "stablehlo.broadcast_in_dim"(%42) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<48xf32>
    %108, %109, %110 = "stablehlo.batch_norm_grad"(%0, %_resnet_block_downsample_1_weight, %2, %3, %86) {
      epsilon = 9.999999747378752e-06 : f32,
      feature_index = 3 : i64
    } : (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<5x5x4x48xf32>) -> (tensor<5x5x4x48xf32>, tensor<48xf32>, tensor<48xf32>)
    %111 = "stablehlo.reverse"(%_resnet_block_downsample_0_weight) { dimensions = array<i64: 0, 1> } : (tensor<1x1x32x48xf32>) -> tensor<1x1x32x48xf32>
    %112 = "stablehlo.convolution"(%108, %111) {
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
    %113 = "stablehlo.convolution"(%arg0, %108) {
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
    %114 = "stablehlo.add"(%104, %112) : (tensor<5x9x7x32xf32>, tensor<5x9x7x32xf32>) -> tensor<5x9x7x32xf32>
    "stablehlo.return"(%34, %40, %41, %57, %63, %64, %14, %20, %22, %68, %105, %101, %102, %94, %90, %91, %113, %109, %110, %34, %40, %57, %63, %14, %20) : (tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<48xf32>, tensor<48xf32>, tensor<i64>, tensor<5x5x4x48xf32>, tensor<3x3x32x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<3x3x48x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<1x1x32x48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>) -> ()
  }
}
