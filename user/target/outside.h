/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KVM calls and is no part of it: functions of vmlinux and of other modules, such as
 * eventfd_signal or try_to_wake_up. They are made and judged as KVM's own are (target.h), but
 * only those that are asked for, and with a longer deny list (deny_outside.c): a probe on
 * them runs for every task of the host, not for vCPUs alone.
 */
#ifndef EXITGRAPH_TARGET_OUTSIDE_H
#define EXITGRAPH_TARGET_OUTSIDE_H

#include "target/select.h"
#include "target/target.h"

/* More functions than this are nobody's question, and cost the whole host. */
#define TARGET_OUTSIDE_MAX 200

/*
 * The functions that @rules mean, judged. A rule that means none, or only KVM's own, is
 * -EINVAL, and so are more than TARGET_OUTSIDE_MAX functions; or -errno; after saying so.
 * Free *@out with target_host_free().
 */
int target_outside_open(const struct target_rules *rules, struct target_host **out);

/*
 * Those of them that can be traced. -EINVAL if a rule leaves none, after saying why. The
 * functions stay @outside's.
 */
int target_outside_select(struct target_host *outside, const struct target_rules *rules,
			  struct target_selection *out);

#endif
