/// A broker, a registry and the applications under test, in this process or beside it.
@NullMarked
package io.eddy.it.cluster;

import org.jspecify.annotations.NullMarked;
