/// What could not be processed, and why.
@NullMarked
package io.eddy.processors.deadletter;

import org.jspecify.annotations.NullMarked;
