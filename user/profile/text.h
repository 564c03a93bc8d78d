/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names come from other people: a VM's from its command line, any of them from a file that
 * somebody sent. What the model holds is safe to print on a terminal and to put in JSON.
 */
#ifndef EXITGRAPH_PROFILE_TEXT_H
#define EXITGRAPH_PROFILE_TEXT_H

/*
 * A copy of @text, owned by the caller, in which every byte that is not part of valid UTF-8
 * and every control character (C0, DEL, C1) is a '?'. NULL when there is no memory.
 */
char *text_clean(const char *text);

#endif
