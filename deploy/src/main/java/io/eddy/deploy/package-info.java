/// The `eddy` program: its main method.
@NullMarked
package io.eddy.deploy;

import org.jspecify.annotations.NullMarked;
