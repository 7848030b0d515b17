"""Addresses of the order API, without trailing slash."""

from django.urls import path

from orders.api import bistro92, calls, floor, lines, pad, parties, views

urlpatterns = [
    path("api/order", bistro92.PadOrderView.as_view()),
    path("api/orders", bistro92.PadOrdersView.as_view()),
    path("api/v1/orders", views.OrderList.as_view()),
    path("api/v1/orders/recent", views.RecentLines.as_view()),
    path("api/v1/orders/user/<int:user_id>/orders", views.OrdersOfUser.as_view()),
    path("api/v1/orders/restaurant/<str:restaurant_id>/orders", views.OrdersOfRestaurant.as_view()),
    path("api/v1/orders/<int:pk>", views.OrderDetail.as_view()),
    path("api/v1/orders/<int:pk>/confirm", views.ConfirmOrder.as_view()),
    path("api/v1/orders/<int:pk>/cancel", views.CancelOrder.as_view()),
    path("api/v1/orders/<int:pk>/deliver", views.DeliverOrder.as_view()),
    path("api/v1/orders/<int:pk>/fire", views.FireCourse.as_view()),
    path("api/v1/orders/<int:pk>/send", views.SendOrder.as_view()),
    path("api/v1/orders/<int:pk>/plan", views.PlanCourse.as_view()),
    path("api/v1/order-lines/<int:pk>/void", lines.VoidLine.as_view()),
    path("api/v1/pad", pad.PadView.as_view()),
    path("api/v1/pad/heartbeat", pad.PadHeartbeat.as_view()),
    path("api/v1/pad/orders", pad.PadPartyOrders.as_view()),
    path("api/v1/orders/<int:pk>/move-lines", parties.MoveLines.as_view()),
    path("api/v1/parties", parties.Parties.as_view()),
    path("api/v1/parties/<int:pk>", parties.PartyDetail.as_view()),
    path("api/v1/parties/<int:pk>/move", parties.MoveParty.as_view()),
    path("api/v1/parties/<int:pk>/join", parties.JoinTable.as_view()),
    path("api/v1/parties/<int:pk>/part", parties.PartTable.as_view()),
    path("api/v1/pad/calls", calls.PadCalls.as_view()),
    path("api/v1/pad/calls/<int:pk>", calls.PadCall.as_view()),
    path("api/v1/calls", calls.CallList.as_view()),
    path("api/v1/calls/<int:pk>/take", calls.TakeCall.as_view()),
    path("api/v1/calls/<int:pk>/close", calls.CloseCall.as_view()),
    path("api/v1/calls/<int:pk>/release", calls.ReleaseCall.as_view()),
    path("api/v1/parties/<int:pk>/allergies", parties.PartyAllergies.as_view()),
    path("api/v1/tables", floor.FloorTables.as_view()),
    path("api/v1/tables/<int:pk>/clear", floor.ClearTable.as_view()),
]
