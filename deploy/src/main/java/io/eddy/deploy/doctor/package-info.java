/// Looks at machine, configuration, cluster and registry before they hurt, and says what to do.
@NullMarked
package io.eddy.deploy.doctor;

import org.jspecify.annotations.NullMarked;
