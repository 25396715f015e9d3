/// The operations that programs are made of, each with its gradient right below.
@NullMarked
package io.eddy.model.op;

import org.jspecify.annotations.NullMarked;
