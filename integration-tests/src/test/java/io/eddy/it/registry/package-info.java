/// What we promise about schemas, on a real registry.
@NullMarked
package io.eddy.it.registry;

import org.jspecify.annotations.NullMarked;
