/// The command that races Eddy against its peers and writes the golden files of model's tests.
@NullMarked
package io.eddy.benchmarks;

import org.jspecify.annotations.NullMarked;
