// SPDX-License-Identifier: GPL-2.0
#include "render/summary.h"

#include <errno.h>

#include "render/losses.h"
#include "render/report.h"
#include "render/stream.h"
#include "util/cleanup.h"
#include "util/log.h"

static bool has_exits(const struct recording *recording)
{
	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_reason (reason, vcpu) {
			if (reason->latency.count)
				return true;
		}
	}
	return false;
}

/* Nothing to show: the reasons that people meet, the likeliest first. */
static void explain_no_exit(FILE *out)
{
	fputs("no exit was recorded. That may be because\n"
	      "  - no guest ran on KVM meanwhile: its VMM uses another accelerator (QEMU's TCG), "
	      "or\n"
	      "    it had ended, or had not started its vCPUs yet;\n"
	      "  - the guest ran without a single exit: an idle guest may, for some seconds; "
	      "record\n"
	      "    for longer (-d);\n"
	      "  - the VMM is not the process given with -p, nor COMMAND or a child of it: one "
	      "that a\n"
	      "    service starts (libvirtd) is not; leave both out to record all VMs.\n",
	      out);
}

int summary_print(const struct recording *recording, const char *path, bool whole, FILE *out)
{
	static const struct selection everything;
	const struct report_options options = {
		.brief = !whole,
		.unicode = stream_is_unicode(out),
	};
	_cleanup_(view_free) struct view *view = NULL;
	int r;

	if (!has_exits(recording)) {
		explain_no_exit(out);
		r = losses_print(recording->losses, out);
	} else {
		r = view_new(recording, 1, &everything, false, &view);
		if (!r)
			r = report_text.render(&view, 1, &options, out);
	}
	if (r)
		return err_r(r, "no memory");
	fprintf(out, "\nwritten to %s; 'exitgraph report %s' shows %s\n", path, path,
		whole ? "this again" : "the call trees");
	return 0;
}
