/// How far the parts of a topology have come, for those who watch them from the same JVM.
@NullMarked
package io.eddy.processors.progress;

import org.jspecify.annotations.NullMarked;
