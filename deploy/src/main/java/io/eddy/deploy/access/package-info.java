/// What an application must be allowed to do on a cluster, and how that is written down.
@NullMarked
package io.eddy.deploy.access;

import org.jspecify.annotations.NullMarked;
