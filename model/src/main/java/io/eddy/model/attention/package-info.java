/// Attention and Transformer blocks as equations over values, with PyTorch's parameter names.
@NullMarked
package io.eddy.model.attention;

import org.jspecify.annotations.NullMarked;
