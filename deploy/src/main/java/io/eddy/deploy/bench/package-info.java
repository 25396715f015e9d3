/// What the networks cost on this machine: `eddy bench`.
@NullMarked
package io.eddy.deploy.bench;

import org.jspecify.annotations.NullMarked;
