/// Eddy in containers, as an operator runs it.
@NullMarked
package io.eddy.it.container;

import org.jspecify.annotations.NullMarked;
