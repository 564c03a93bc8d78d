/* SPDX-License-Identifier: GPL-2.0 */
/* The immediate that stands for a function's record code in the template programs. */
#ifndef EXITGRAPH_XG_TEMPLATE_H
#define EXITGRAPH_XG_TEMPLATE_H

#define XG_TEMPLATE_CODE 0x58474944 /* "XGID" */

#endif
