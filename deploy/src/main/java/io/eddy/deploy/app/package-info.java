/// The life of a running application: checked, started, running, closed.
@NullMarked
package io.eddy.deploy.app;

import org.jspecify.annotations.NullMarked;
