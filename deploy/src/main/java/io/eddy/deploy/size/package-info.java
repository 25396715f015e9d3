/// What an application will take of machines and cluster, worked out before there is one.
@NullMarked
package io.eddy.deploy.size;

import org.jspecify.annotations.NullMarked;
