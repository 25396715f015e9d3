/// One class per promise that we make to a user, shown on a real broker.
@NullMarked
package io.eddy.it;

import org.jspecify.annotations.NullMarked;
