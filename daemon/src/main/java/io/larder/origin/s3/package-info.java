/// Origin: buckets of S3 and of what speaks its protocol.
@NullMarked
package io.larder.origin.s3;

import org.jspecify.annotations.NullMarked;
