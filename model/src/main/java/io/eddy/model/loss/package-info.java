/// Losses: operations that end a program in training, each a number per row, weighted so that
/// masked elements do not count.
@NullMarked
package io.eddy.model.loss;

import org.jspecify.annotations.NullMarked;
