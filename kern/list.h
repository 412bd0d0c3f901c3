// list.h: doubly linked lists. The links are fields of the linked structs, so adding an entry
// needs no memory and cannot fail. The head of a list is a link too: an empty list's head points
// to itself.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(head) ((struct list){ &(head), &(head) })

// Make `head` an empty list; or, if it is the link of a struct, mark it as being on no list, so
// that list_empty and list_remove may be called for it. Entries that a list had are only forgotten.
static inline void list_init(struct list *head)
{
	head->next = head->prev = head;
}

// Returns true if the list has no entry; for a link that list_init or list_remove has marked: if it
// is on no list. A link whose memory is all 0 counts as being on one.
static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

// Insert `item` directly after `where`, an entry or a list's head: after the head, `item` becomes
// the first entry. `item` must be on no list (not checked); its links may have any value before.
static inline void list_add(struct list *where, struct list *item)
{
	item->next = where->next;
	item->prev = where;
	where->next->prev = item;
	where->next = item;
}

// Insert `item` as the last entry of the list `head`; before an entry, if `head` is that entry's
// link. `item` must be on no list (not checked); its links may have any value before.
static inline void list_add_tail(struct list *head, struct list *item)
{
	list_add(head->prev, item);
}

// Remove `item` from its list; does nothing if it is on none, as list_init leaves it. Afterwards
// `item` points to itself: it may be added again, and a second removal does no harm. Frees nothing.
static inline void list_remove(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	item->next = item->prev = item;
}

// Move all entries of the list `from`, in their order, to the end of the list `to`, another one.
// `from` is empty afterwards. Does nothing if it is empty. Takes the same few steps for any length.
static inline void list_move_all(struct list *to, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

// The struct of type `type` whose field `member` is the link `ptr`.
#define list_entry(ptr, type, member) ((type *)((char *)(ptr) - (offsetof(type, member))))

// The first entry of a list that is not empty.
#define list_first(head, type, member) list_entry((head)->next, type, member)

// Visit every entry. The body must not remove the entry that it visits.
#define list_for_each(item, head, member)                                                 \
	for (item = list_first(head, __typeof__(*item), member); &item->member != (head); \
	     item = list_entry(item->member.next, __typeof__(*item), member))

// Visit every entry. The body may remove and free the entry that it visits, but no other. `after`
// is a second variable of the type of `item`; it holds the next entry.
#define list_for_each_safe(item, after, head, member)                         \
	for (item = list_first(head, __typeof__(*item), member),              \
	    after = list_entry(item->member.next, __typeof__(*item), member); \
	     &item->member != (head);                                         \
	     item = after, after = list_entry(item->member.next, __typeof__(*item), member))
