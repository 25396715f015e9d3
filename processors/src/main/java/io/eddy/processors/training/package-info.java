/// Windows fill, gradients flow, a checkpoint leaves.
@NullMarked
package io.eddy.processors.training;

import org.jspecify.annotations.NullMarked;
