/// Losses: operations that end a program in training.
@NullMarked
package io.eddy.model.loss;

import org.jspecify.annotations.NullMarked;
