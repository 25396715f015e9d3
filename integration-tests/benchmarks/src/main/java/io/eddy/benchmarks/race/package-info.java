/// The same work by Eddy and by its peers, in turns, in one JVM.
@NullMarked
package io.eddy.benchmarks.race;

import org.jspecify.annotations.NullMarked;
