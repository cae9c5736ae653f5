/** Language models that investigate and judge: the published loop over the tools of an audit, and a grader that reads. */
@NullMarked
package dev.assay.audit.agent;

import org.jspecify.annotations.NullMarked;
