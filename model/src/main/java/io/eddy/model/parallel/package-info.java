/// Threads that share one piece of work in fixed parts, so that its result never depends on them.
@NullMarked
package io.eddy.model.parallel;

import org.jspecify.annotations.NullMarked;
