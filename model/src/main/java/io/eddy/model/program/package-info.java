/// Ops with forward and backward, the program they make, and its two runners: stepper and unroller.
@NullMarked
package io.eddy.model.program;

import org.jspecify.annotations.NullMarked;
