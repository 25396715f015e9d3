/// How well networks read text, on data sets that others have published figures on.
@NullMarked
package io.eddy.deploy.evaluate;

import org.jspecify.annotations.NullMarked;
