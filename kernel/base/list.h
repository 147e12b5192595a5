// An intrusive doubly linked list: the links stand in the objects, nothing is allocated. An object
// may be in one list per link member. Not synchronised: the list's owner says which lock guards it.
#pragma once

namespace kernel {

struct ListLink {
    ListLink* next = nullptr;  // null: in no list
    ListLink* previous = nullptr;

    bool linked() const { return next != nullptr; }
};

template <class T, ListLink T::* link>
class List {
public:
    constexpr List() = default;
    List(const List&) = delete;
    List& operator=(const List&) = delete;

    bool empty() const { return head_.next == nullptr || head_.next == &head_; }
    T* front() { return empty() ? nullptr : object(head_.next); }
    T* next(T& object_now) {
        ListLink* after = (object_now.*link).next;
        return after == &head_ ? nullptr : object(after);
    }

    void push_back(T& added) {
        ensure_ring();
        ListLink& l = added.*link;
        l.next = &head_;
        l.previous = head_.previous;
        head_.previous->next = &l;
        head_.previous = &l;
    }
    void push_front(T& added) {
        ensure_ring();
        ListLink& l = added.*link;
        l.previous = &head_;
        l.next = head_.next;
        head_.next->previous = &l;
        head_.next = &l;
    }
    // `place` must be in this list.
    void insert_before(T& place, T& added) {
        ListLink& at = place.*link;
        ListLink& l = added.*link;
        l.next = &at;
        l.previous = at.previous;
        at.previous->next = &l;
        at.previous = &l;
    }
    T* pop_front() {
        T* first = front();
        if (first) {
            remove(*first);
        }
        return first;
    }
    // `removed` must be in this list.
    static void remove(T& removed) {
        ListLink& l = removed.*link;
        l.previous->next = l.next;
        l.next->previous = l.previous;
        l = {};
    }

private:
    // The ring is closed at first use, so that a list in static storage needs no constructor call.
    void ensure_ring() {
        if (!head_.next) {
            head_.next = head_.previous = &head_;
        }
    }
    static T* object(ListLink* l) {
        alignas(T) static constinit char probe[sizeof(T)] = {};
        T* fake = reinterpret_cast<T*>(probe);
        auto offset = reinterpret_cast<char*>(&(fake->*link)) - probe;
        return reinterpret_cast<T*>(reinterpret_cast<char*>(l) - offset);
    }

    ListLink head_;
};

}  // namespace kernel
